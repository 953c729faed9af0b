//! Where a PostgreSQL is, as libpq reads it (PostgreSQL's documentation, 34.1.1): a URL, or `keyword=value` pairs.

use std::str::{Chars, FromStr as _};

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sqlx::postgres::{PgConnectOptions, PgSslMode};

/// Parameters, in the order in which they stand. The last one of a name counts.
type Parameters = Vec<(String, String)>;

/// Those that connect options take as they are.
const TAKEN: [&str; 11] = [
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "sslcert",
    "sslkey",
    "sslrootcert",
    "application_name",
    "options",
];

/// Reads it. What is wrong is told without repeating a value: one of them is a password.
pub(super) fn read(text: &str) -> Result<PgConnectOptions, String> {
    let given = match text.strip_prefix("postgres://").or_else(|| text.strip_prefix("postgresql://")) {
        Some(rest) => of_url(rest)?,
        None => of_pairs(text)?,
    };
    let mut taken: Parameters = Vec::new();
    for (name, value) in given {
        let name = match name.as_str() {
            // What sqlx calls them.
            "ssl-mode" => "sslmode",
            "ssl-root-cert" | "ssl-ca" => "sslrootcert",
            "ssl-cert" => "sslcert",
            "ssl-key" => "sslkey",
            name => name,
        };
        if let Some(value) = check(name, &value)? {
            taken.retain(|(known, _)| known != name);
            taken.push((name.to_owned(), value));
        }
    }
    let has = |name: &str| taken.iter().any(|(known, _)| known == name);
    if has("host") && has("hostaddr") {
        return Err("host and hostaddr cannot be combined: set one of them".into());
    }
    // sqlx reads a plus sign as a space, so everything is encoded.
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let query: Vec<_> = taken.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    PgConnectOptions::from_str(&format!("postgres:///?{}", query.join("&")))
        .map_err(|_| "invalid value".to_owned())
}

/// The value of a parameter, checked; none where it says what is done anyway.
fn check(name: &str, value: &str) -> Result<Option<String>, String> {
    let wrong = |expected: &str| Err(format!("{name}: expected {expected}"));
    let unsupported = |what: &str| Err(format!("{name}: {what} is not supported"));
    match name {
        "host" | "hostaddr" | "port" if value.contains(',') => {
            Err("several hosts are not supported: use one, or a proxy in front of them".into())
        }
        "host" | "port" if value.is_empty() => Ok(None),
        "hostaddr" if value.parse::<std::net::IpAddr>().is_err() => wrong("an IP address"),
        "port" if !value.parse::<u16>().is_ok_and(|port| port > 0) => wrong("a number from 1 to 65535"),
        "sslmode" if value.parse::<PgSslMode>().is_err() => {
            wrong("disable, allow, prefer, require, verify-ca or verify-full")
        }
        // The authorities that the program comes with.
        "sslrootcert" if value == "system" => Ok(None),
        "sslmode" => Ok(Some(value.into())),
        _ if TAKEN.contains(&name) => Ok(Some(value.into())),
        "fallback_application_name" => Ok(None),
        "client_encoding" if ["auto", "utf8", "utf-8"].contains(&&*value.to_ascii_lowercase()) => Ok(None),
        "client_encoding" => unsupported("an encoding other than UTF8"),
        "target_session_attrs" if ["any", "read-write", "primary", "prefer-standby"].contains(&value) => {
            Ok(None)
        }
        "target_session_attrs" => unsupported("a read-only server"),
        "gssencmode" | "channel_binding" if ["disable", "prefer"].contains(&value) => Ok(None),
        // An attempt to connect is given up after 5 seconds at most; a shorter limit would only fail sooner.
        "connect_timeout" if value.parse::<i64>().is_ok() => Ok(None),
        "connect_timeout" => wrong("a number of seconds"),
        "keepalives"
        | "keepalives_idle"
        | "keepalives_interval"
        | "keepalives_count"
        | "tcp_user_timeout" => unsupported("this TCP setting"),
        _ if name.starts_with("options[") && name.ends_with(']') => Ok(Some(value.into())),
        "statement-cache-capacity" if value.parse::<usize>().is_ok() => Ok(Some(value.into())),
        _ => Err(format!("the parameter {name} is not supported")),
    }
}

/// The parameters of `user:password@host:port/dbname?name=value&…`.
fn of_url(rest: &str) -> Result<Parameters, String> {
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, database) = place.split_once('/').unwrap_or((place, ""));
    let (account, server) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (user, password) = match account.split_once(':') {
        Some((user, password)) => (user, Some(password)),
        None => (account, None),
    };
    if server.contains(',') {
        return check("host", server).map(|_| Vec::new());
    }
    let (host, port) = host_and_port(server)?;
    let parts = [("user", user), ("host", host), ("port", port), ("dbname", database)];
    let parts = parts.into_iter().filter(|(_, value)| !value.is_empty());
    let mut parameters = parts
        .map(|(name, value)| Ok((name.into(), decoded(value)?)))
        .collect::<Result<Parameters, String>>()?;
    if let Some(password) = password {
        parameters.push(("password".into(), decoded(password)?));
    }
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').ok_or("missing value of a parameter")?;
        parameters.push((decoded(name)?, decoded(value)?));
    }
    Ok(parameters)
}

fn host_and_port(server: &str) -> Result<(&str, &str), String> {
    if let Some(rest) = server.strip_prefix('[') {
        let (host, rest) = rest.split_once(']').ok_or("missing closing bracket after the host")?;
        let port = rest.strip_prefix(':').unwrap_or(rest);
        return if rest.is_empty() || rest.starts_with(':') {
            Ok((host, port))
        } else {
            Err("port: expected a number from 1 to 65535".into())
        };
    }
    Ok(server.split_once(':').unwrap_or((server, "")))
}

fn decoded(text: &str) -> Result<String, String> {
    let is_hex = |text: &str| text.len() >= 2 && text.as_bytes()[..2].iter().all(u8::is_ascii_hexdigit);
    if !text.split('%').skip(1).all(is_hex) {
        return Err("invalid percent-encoding: write a percent sign as %25".into());
    }
    percent_decode_str(text).decode_utf8().map(Into::into).map_err(|_| "a value is not valid UTF-8".into())
}

/// The parameters of `name=value name='a value'`.
fn of_pairs(text: &str) -> Result<Parameters, String> {
    let mut parameters = Parameters::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=').ok_or("missing value of a parameter")?;
        let mut characters = after.trim_start().chars();
        let value = value(&mut characters)?;
        parameters.push((name.trim_end().to_owned(), value));
        rest = characters.as_str().trim_start();
    }
    Ok(parameters)
}

/// A value: up to a space, or within single quotes; a backslash takes the next character as it is.
fn value(characters: &mut Chars<'_>) -> Result<String, String> {
    let is_quoted = characters.as_str().starts_with('\'');
    if is_quoted {
        characters.next();
    }
    let mut value = String::new();
    loop {
        match characters.next() {
            Some('\'') if is_quoted => return Ok(value),
            None if is_quoted => return Err("unterminated quoted value".into()),
            Some(space) if !is_quoted && space.is_whitespace() => return Ok(value),
            None => return Ok(value),
            Some('\\') => value.extend(characters.next()),
            Some(character) => value.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str) -> (String, u16, Option<String>, String, Option<String>) {
        let read = read(text).unwrap();
        let socket = read.get_socket().map(|socket| socket.display().to_string());
        let database = read.get_database().map(str::to_owned);
        (read.get_host().to_owned(), read.get_port(), socket, read.get_username().to_owned(), database)
    }

    #[test]
    fn a_url_and_pairs_name_the_same_place() {
        let same = ("db".to_owned(), 5433, None, "a b".to_owned(), Some("chat+1".to_owned()));
        for text in [
            "postgres://a%20b:p%40ss@db:5433/chat+1",
            "postgresql://db/chat%2B1?user=a%20b&port=5433",
            "postgres://someone@elsewhere/?host=db&user=a%20b&port=5433&dbname=chat+1",
            "host=db port = 5433 user='a b' dbname=chat+1 password='it\\'s'",
            "  host=db port=5433 user=a\\ b dbname='chat+1'  ",
        ] {
            assert_eq!(place(text), same, "{text}");
        }
    }

    #[test]
    fn an_address_and_a_folder_are_hosts() {
        assert_eq!(place("postgres://u@[::1]:5433/d").0, "::1");
        assert_eq!(place("postgres://u@[::1]/d").1, 5432);
        for text in [
            "postgres://u@%2Frun%2Fpg/d",
            "postgres:///d?host=/run/pg&user=u",
            "host=/run/pg user=u dbname=d",
        ] {
            assert_eq!(place(text).2.as_deref(), Some("/run/pg"), "{text}");
        }
    }

    #[test]
    fn what_libpq_knows_besides_is_taken() {
        let text = "postgres://u@h/d?sslmode=verify-full&sslrootcert=system&application_name=a+b&connect_timeout=3\
                    &options=-c%20search_path%3Dchat&client_encoding=UTF8&target_session_attrs=read-write";
        let read = read(text).unwrap();
        assert!(matches!(read.get_ssl_mode(), PgSslMode::VerifyFull));
        assert_eq!(read.get_application_name(), Some("a+b"));
        assert_eq!(read.get_options(), Some("-c search_path=chat"));
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (text, why) in [
            ("postgres://u:hidden@a,b/d", "several hosts"),
            ("postgres://u:hidden@a:1,b:2/d", "several hosts"),
            ("host=a,b password=hidden", "several hosts"),
            ("postgres://u:hidden@h/d?sslmode=on", "sslmode: expected disable"),
            ("postgres://u:hidden@h/d?ssl_mode=require", "the parameter ssl_mode"),
            ("postgres://u:hidden@h/d?service=hidden", "the parameter service"),
            ("postgres://u:hidden@h/d?client_encoding=latin1", "client_encoding"),
            ("postgres://u:hidden@h/d?target_session_attrs=standby", "target_session_attrs"),
            ("postgres://u:hidden@h/d?connect_timeout=soon", "connect_timeout: expected"),
            ("postgres://u:hidden@h/d?gssencmode=require", "gssencmode"),
            ("postgres://u:hidden@h:port/d", "port: expected"),
            ("postgres://u:hidden@h:70000/d", "port: expected"),
            ("postgres://u:hidden@[::1/d", "bracket"),
            ("postgres://u:hidden%@h/d", "%25"),
            ("postgres://u:hidden@h/d?sslmode", "missing value"),
            ("host=h password='hidden", "unterminated"),
            ("host=h hostaddr=127.0.0.1", "hostaddr"),
        ] {
            let told = read(text).unwrap_err();
            assert!(told.contains(why), "{text}: {told}");
            assert!(!told.contains("hidden"), "{told}");
        }
    }
}
