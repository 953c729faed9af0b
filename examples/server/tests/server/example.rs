//! `.env.example` says what the program knows, no more and no less.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::support::{complaints, program, run};

/// What is read elsewhere than on the command line: a password that would stand in the list of processes, and the filter
/// that everything written in Rust knows.
const BESIDE_THE_COMMAND_LINE: [&str; 2] = ["CHATAPI_SUPERUSER_PASSWORD", "RUST_LOG"];

fn file(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name)).unwrap()
}

/// A line `NAME=value`, less the quotes of the value.
fn setting(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once('=')?;
    let is_name = name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    is_name.then(|| (name.to_owned(), value.trim_matches('\'').to_owned()))
}

/// The settings of the example, those that are commented out and those that are not.
fn example() -> (BTreeMap<String, String>, BTreeMap<String, String>) {
    let text = file(".env.example");
    let (off, on): (Vec<_>, Vec<_>) = text.lines().partition(|line| line.starts_with('#'));
    (
        off.into_iter().filter_map(|line| setting(&line[1..])).collect(),
        on.into_iter().filter_map(setting).collect(),
    )
}

fn help(words: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let mut program = program(folder.path());
    // What is set for tests would stand in the help, too.
    let program = program.env_remove("BIND").env_remove("CHATAPI_LIMITS");
    let output = run(program.args(words).arg("--help"));
    assert!(output.status.success(), "{:?}", complaints(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// The variables that the program and its commands name in their help, with their defaults.
fn known() -> BTreeMap<String, Option<String>> {
    let of_all = help(&[]);
    let (_, commands) = of_all.split_once("Commands:\n").unwrap();
    let commands = commands.lines().take_while(|line| !line.is_empty());
    let of_commands: Vec<_> =
        commands.filter_map(|line| line.split_whitespace().next()).map(|command| help(&[command])).collect();
    let mut known = BTreeMap::new();
    for text in of_commands.iter().chain([&of_all]) {
        let mut lines = text.lines().map(str::trim).peekable();
        while let Some(line) = lines.next() {
            let Some(variable) = line.strip_prefix("[env: ") else { continue };
            let name = variable.trim_end_matches(['=', ']']).to_owned();
            let default = lines.peek().and_then(|next| next.strip_prefix("[default: ")?.strip_suffix(']'));
            known.insert(name, default.map(|value| value.trim_matches('"').to_owned()));
        }
    }
    known
}

#[test]
fn every_setting_stands_in_the_example_with_its_default() {
    let (off, on) = example();
    let mut wrong = Vec::new();
    for (name, default) in known() {
        match (off.get(&name), default) {
            (None, _) if on.contains_key(&name) => {}
            (None, default) => wrong.push(format!("missing: #{name}={}", default.unwrap_or_default())),
            (Some(shown), Some(default)) if *shown != default => {
                wrong.push(format!("{name} is {default} by default, not {shown}"));
            }
            (Some(_), _) => {}
        }
    }
    assert!(wrong.is_empty(), "in .env.example:\n{}", wrong.join("\n"));
}

#[test]
fn the_example_has_no_setting_that_nobody_reads() {
    let compose = file("compose.yaml");
    let of_compose = compose.split("${").skip(1).filter_map(|rest| rest.split([':', '}']).next());
    let mut read: BTreeSet<_> = known().into_keys().collect();
    read.extend(of_compose.chain(BESIDE_THE_COMMAND_LINE).map(str::to_owned));
    let (off, on) = example();
    let unread: Vec<_> = off.keys().chain(on.keys()).filter(|name| !read.contains(*name)).collect();
    assert!(unread.is_empty(), "{unread:?}");
}

#[test]
fn what_the_example_shows_can_be_set() {
    let (mut settings, _) = example();
    settings.remove("SECRET_KEY");
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(&settings["CHATAPI_MAIL_TEMPLATES"])).unwrap();
    let output = run(program(folder.path()).envs(settings).arg("migrate"));
    assert!(output.status.success(), "{:?}", complaints(&output));
}

#[test]
fn the_secret_of_the_example_is_refused() {
    let (settings, _) = example();
    let folder = tempfile::tempdir().unwrap();
    let output = run(program(folder.path()).env("SECRET_KEY", &settings["SECRET_KEY"]));
    assert_eq!(output.status.code(), Some(2));
    let why = "chatapi-server: --secret-key / SECRET_KEY: this is the publicly known secret of .env.example: generate your own";
    assert_eq!(complaints(&output), [why]);
}

#[test]
fn the_documented_lines_are_those_that_the_example_sets() {
    let documentation = file("docs/deployment.md");
    let (_, after) = documentation.split_once("```env\n").unwrap();
    let (lines, _) = after.split_once("```").unwrap();
    let documented: BTreeMap<_, _> = lines.lines().filter_map(setting).collect();
    let (_, on) = example();
    assert_eq!(documented, on);
    assert_eq!(lines.lines().count(), 5);
}
