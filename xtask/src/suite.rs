//! `cargo xtask test`: every test of the workspace, against a PostgreSQL of its own.

use std::path::Path;
use std::process::Command;

use crate::command;
use crate::failure::Result;
use crate::postgres::Server;
use crate::programs;
use crate::tally::Tally;

/// Runs the tests; `arguments` are for cargo test.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    with_postgres(arguments, command::run)
}

/// Runs all tests, past a failed one too, and counts them.
pub(crate) fn run_all() -> Result<Tally> {
    with_postgres(&["--no-fail-fast".to_owned()], command::run_counting)
}

fn with_postgres<T>(arguments: &[String], run: impl FnOnce(&mut Command) -> Result<T>) -> Result<T> {
    let programs = programs::find_or_install()?;
    let server = Server::for_tests(&programs)?;
    run(&mut cargo_test(arguments, &server, &programs)?)
}

fn cargo_test(arguments: &[String], server: &Server, programs: &Path) -> Result<Command> {
    let mut command = command::cargo(["test", "--locked"]);
    command.args(everything_else(arguments)).args(arguments);
    command.env("CHATAPI_TEST_POSTGRES", server.url());
    command.env("CHATAPI_TEST_PG_BIN", programs);
    command.env("CHATAPI_TEST_PG_USER", server.account());
    command.env("TMPDIR", server.scratch()?);
    Ok(command)
}

/// All packages and all features, but where the arguments choose some.
fn everything_else(arguments: &[String]) -> Vec<&'static str> {
    let for_cargo = || arguments.iter().take_while(|argument| *argument != "--");
    let chosen =
        |names: &[&str]| for_cargo().any(|argument| names.iter().any(|name| argument.starts_with(name)));
    let mut everything = Vec::new();
    if !chosen(&["-p", "--package"]) {
        everything.push("--workspace");
    }
    if !chosen(&["-F", "--features", "--no-default-features"]) {
        everything.push("--all-features");
    }
    everything
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added_to(line: &str) -> Vec<&'static str> {
        everything_else(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn without_a_choice_everything_is_tested() {
        assert_eq!(added_to(""), ["--workspace", "--all-features"]);
        assert_eq!(added_to("-- a_name"), ["--workspace", "--all-features"]);
    }

    #[test]
    fn a_chosen_package_is_tested_alone() {
        assert_eq!(added_to("-p chatapi-core"), ["--all-features"]);
        assert_eq!(added_to("--package=chatapi-core -- a_name"), ["--all-features"]);
    }

    #[test]
    fn chosen_features_are_not_joined_by_the_others() {
        assert_eq!(added_to("-p chatapi-core --no-default-features --features sqlite"), Vec::<&str>::new());
    }

    #[test]
    fn what_is_said_to_the_test_programs_chooses_nothing() {
        assert_eq!(added_to("-- -p"), ["--workspace", "--all-features"]);
    }
}
