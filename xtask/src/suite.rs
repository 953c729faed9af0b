//! `cargo xtask test`: every test of the workspace, against a PostgreSQL of its own.

use std::path::Path;
use std::process::Command;

use crate::command;
use crate::failure::Result;
use crate::postgres::Server;
use crate::programs;
use crate::tally::Tally;
use crate::tools::Tools;

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
    let tools = if drives_the_server(arguments) { Some(Tools::find_or_install()?) } else { None };
    let server = Server::for_tests(&programs)?;
    let mut command = cargo_test(arguments, &server, &programs)?;
    if let Some(tools) = tools {
        tools.tell(&mut command)?;
    }
    run(&mut command)
}

/// Whether the tests of the server are among those that the arguments choose: they alone need a browser and its like.
fn drives_the_server(arguments: &[String]) -> bool {
    let for_cargo: Vec<_> = arguments.iter().take_while(|argument| *argument != "--").collect();
    let chooses =
        for_cargo.iter().any(|argument| argument.starts_with("-p") || argument.starts_with("--package"));
    !chooses || for_cargo.iter().any(|argument| argument.ends_with("chatapi-server"))
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
    fn a_browser_is_for_the_tests_of_the_server_alone() {
        let drives =
            |line: &str| drives_the_server(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
        assert!(
            drives("") && drives("-p chatapi-core -p chatapi-server") && drives("--package=chatapi-server")
        );
        assert!(!drives("-p chatapi-core") && !drives("-p xtask -- chatapi-server"));
    }

    #[test]
    fn what_is_said_to_the_test_programs_chooses_nothing() {
        assert_eq!(added_to("-- -p"), ["--workspace", "--all-features"]);
    }
}
