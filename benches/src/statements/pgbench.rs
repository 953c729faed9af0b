//! `pgbench`, PostgreSQL's own measure: the least that a client of the database may take.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use super::Statement;
use crate::Result;

/// Where the program is, and what it connects to.
#[derive(Clone, Debug)]
pub struct Pgbench {
    /// The program.
    pub program: PathBuf,
    /// The database's URL.
    pub url: String,
    /// How many connections have a transaction under way at any time.
    pub clients: usize,
}

impl Pgbench {
    /// How many of `scripts`, each the statements of one request, are run in a second; which, is by chance.
    ///
    /// # Errors
    /// Where the program is not there, or a statement fails.
    pub fn per_second(&self, scripts: &[Vec<Statement>], lasting: Duration) -> Result<f64> {
        let folder = tempfile::tempdir()?;
        let mut command = Command::new(&self.program);
        command.args(["-n", "-M", "prepared", "-j", "1", "-c", &self.clients.to_string()]);
        command.args(["-T", &lasting.as_secs().max(1).to_string()]);
        for (number, statements) in scripts.iter().enumerate() {
            let file = folder.path().join(number.to_string());
            let mut text = String::new();
            for (place, statement) in statements.iter().enumerate() {
                let prefix = format!("v{number}_{place}_");
                let _ = writeln!(text, "{};", with_variables(statement, &prefix));
                for (value, at) in statement.values.iter().zip(1..) {
                    if let Some(value) = value {
                        command.arg("-D").arg(format!("{prefix}{at}={value}"));
                    }
                }
            }
            fs::write(&file, text)?;
            command.arg("-f").arg(file);
        }
        let output =
            command.arg(&self.url).output().map_err(|fault| format!("pgbench does not start: {fault}"))?;
        let printed = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() {
            return Err(
                format!("pgbench fails:\n{printed}{}", String::from_utf8_lossy(&output.stderr)).into()
            );
        }
        per_second(&printed).ok_or_else(|| format!("pgbench gives no rate:\n{printed}").into())
    }
}

fn per_second(printed: &str) -> Option<f64> {
    let line = printed.lines().find_map(|line| line.strip_prefix("tps = "))?;
    line.split_whitespace().next()?.parse().ok()
}

/// The statement with variables of pgbench's for its parameters. These have no types of their own, so each gets that of
/// its value.
fn with_variables(statement: &Statement, prefix: &str) -> String {
    let mut text = String::new();
    let mut rest = statement.sql.as_str();
    while let Some((before, after)) = rest.split_once('$') {
        text.push_str(before);
        let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
        let number: usize = after[..end].parse().unwrap_or_default();
        rest = &after[end..];
        let _ = match number.checked_sub(1).and_then(|place| statement.values.get(place)) {
            Some(Some(value)) => write!(text, ":{prefix}{number}{}", cast(value)),
            Some(None) => write!(text, "null"),
            None => write!(text, "${}", &after[..end]),
        };
    }
    text + rest
}

/// The type that a value has by its looks.
fn cast(value: &str) -> &'static str {
    let is_int = |text: &str| text.parse::<i64>().is_ok();
    let members = value.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
    match members {
        Some(members) if members.contains("\\\\x") => "::bytea[]",
        Some(members) if members.split(',').all(is_int) => "::bigint[]",
        Some(_) => "::text[]",
        None if is_int(value) => "::bigint",
        None if value == "t" || value == "f" => "::boolean",
        None if value.starts_with("\\x") => "::bytea",
        None if is_time(value) => "::timestamptz",
        None => "::text",
    }
}

/// Whether it is like `2026-11-22 09:11:47.809284+00`.
fn is_time(value: &str) -> bool {
    let form = "0000-00-00 00:00:00";
    value.len() >= form.len()
        && form.bytes().zip(value.bytes()).all(|(form, byte)| match form {
            b'0' => byte.is_ascii_digit(),
            _ => byte == form,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_become_variables_with_types() {
        let values = ["7", "{1,2}", "{tea,pot}", "2026-11-22 09:11:47.8+00", "word"];
        let statement = Statement {
            sql: "select $1, $2, $3, $4, $5, $6, '$'".to_owned(),
            values: values.map(|value| Some(value.to_owned())).into_iter().chain([None]).collect(),
        };
        assert_eq!(
            with_variables(&statement, "v_"),
            "select :v_1::bigint, :v_2::bigint[], :v_3::text[], :v_4::timestamptz, :v_5::text, null, '$'"
        );
    }

    #[test]
    fn the_rate_is_read_from_what_is_printed() {
        assert_eq!(
            per_second("scaling factor: 1\ntps = 6913.25 (without initial connection time)\n"),
            Some(6913.25)
        );
    }
}
