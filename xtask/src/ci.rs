//! `cargo xtask ci`: everything a change has to pass, the quick things first.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Instant;
use std::{env, fs};

use serde_json::Value;

use crate::command::{self, cargo};
use crate::failure::{Failure, Result};
use crate::suite;

type Step = (&'static str, fn() -> Result<()>);

const STEPS: [Step; 7] = [
    ("format", format),
    ("lints", lints),
    ("lints of parts", lints_of_parts),
    ("documentation", documentation),
    ("dependencies", dependencies),
    ("packages", packages),
    ("tests", all_tests),
];

/// The newest when this was written; any installed one will do.
const CARGO_DENY: &str = "cargo-deny@0.20.2";

pub(crate) fn run() -> Result<()> {
    for (name, step) in STEPS {
        eprintln!("\n==> {name}");
        let start = Instant::now();
        let outcome = step();
        let verdict = if outcome.is_ok() { "passed" } else { "failed" };
        eprintln!("<== {name}: {verdict} after {:.1} s", start.elapsed().as_secs_f64());
        outcome?;
    }
    Ok(())
}

fn format() -> Result<()> {
    command::run(&mut cargo(["fmt", "--all", "--check"]))
}

fn lints() -> Result<()> {
    clippy(&["--workspace", "--all-targets", "--all-features"])
}

/// Each store, and neither, must do without what the others bring in; so must what reads the tokens of other issuers, and
/// each web framework; a chat in memory without the suites; and the pages without those of their features that a host
/// leaves out.
fn lints_of_parts() -> Result<()> {
    let core = ["", "sqlite", "postgres", "jwt-issuers", "jwks"];
    let testing = ["", "suites", "postgres"];
    let server = ["actix", "poem"];
    let pages = ["", "browse", "docs"];
    let core = core.map(|features| ("--package=chatapi-core", features));
    let testing = testing.map(|features| ("--package=chatapi-testing", features));
    let pages = pages.map(|features| ("--package=chatapi-openapi", features));
    let server = server.map(|features| ("--package=chatapi-server", features));
    for (package, features) in core.into_iter().chain(testing).chain(server).chain(pages) {
        clippy(&[package, "--no-default-features", &format!("--features={features}")])?;
    }
    Ok(())
}

fn clippy(what: &[&str]) -> Result<()> {
    let mut command = cargo(["clippy", "--locked"]);
    command::run(command.args(what).args(["--", "-D", "warnings"]))
}

fn documentation() -> Result<()> {
    let mut command = cargo(["doc", "--workspace", "--all-features", "--no-deps", "--locked"]);
    command::run(command.env("RUSTDOCFLAGS", "-D warnings"))
}

/// Advisories are left out: their database is no crate, and a build must not depend on fetching it.
fn dependencies() -> Result<()> {
    install_cargo_deny()?;
    let mut command = cargo(["deny", "--locked", "check", "--hide-inclusion-graph"]);
    command::run(command.args(["bans", "licenses", "sources"]))
}

/// Unoptimised it builds in a few minutes on two cores, and still checks in seconds.
fn install_cargo_deny() -> Result<()> {
    let looked = cargo(["deny", "--version"]).output()?;
    if looked.status.success() {
        return Ok(());
    }
    let mut command = cargo(["install", "--locked", CARGO_DENY]);
    command.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0");
    command.env("CARGO_PROFILE_RELEASE_LTO", "off");
    command::run(&mut command)
}

/// What is published must build from what it packs. The workspace's profiles are not packed; without debug
/// information the default one is near enough to them for most of what the steps before built to be used.
fn packages() -> Result<()> {
    let mut command = cargo(["package", "--locked"]);
    command.env("CARGO_PROFILE_DEV_DEBUG", "0");
    for name in published()? {
        forget_packed(&name)?;
        command.args(["-p", &name]);
    }
    if env::var_os("CI").is_none() {
        command.arg("--allow-dirty");
    }
    command::run(&mut command)
}

/// What was packed is unpacked where cargo keeps what it downloads, under a registry without a name, and is taken for this
/// package by the next run at the same place: the version is the same, whatever has changed since.
fn forget_packed(name: &str) -> Result<()> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| env::home_dir().map(|home| home.join(".cargo"))).unwrap_or_default();
    for registry in fs::read_dir(home.join("registry/src")).into_iter().flatten().flatten() {
        if !registry.file_name().to_string_lossy().starts_with('-') {
            continue;
        }
        for package in fs::read_dir(registry.path())?.flatten() {
            let version = package.file_name().to_string_lossy().strip_prefix(name).map(str::to_owned);
            if version.is_some_and(|version| version.starts_with('-')) {
                fs::remove_dir_all(package.path())?;
            }
        }
    }
    Ok(())
}

fn published() -> Result<Vec<String>> {
    let output = cargo(["metadata", "--no-deps", "--format-version=1", "--locked"])
        .stderr(Stdio::inherit())
        .output()?;
    let metadata: Value = serde_json::from_slice(&output.stdout)
        .map_err(|error| Failure::Reason(format!("cargo metadata cannot be read: {error}")))?;
    Ok(published_in(&metadata))
}

/// `"publish": null` means anywhere, `[]` means nowhere.
fn published_in(metadata: &Value) -> Vec<String> {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let published = packages.filter(|package| package["publish"].as_array().is_none_or(|to| !to.is_empty()));
    published.filter_map(|package| package["name"].as_str().map(str::to_owned)).collect()
}

fn all_tests() -> Result<()> {
    let tally = suite::run_all()?;
    eprintln!("tests: {tally}");
    match tally.passed {
        0 => Err(Failure::Reason("no test ran".to_owned())),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_package_is_published_unless_it_says_otherwise() {
        let metadata = json!({ "packages": [
            { "name": "anywhere", "publish": null },
            { "name": "nowhere", "publish": [] },
            { "name": "somewhere", "publish": ["a-registry"] },
        ] });
        assert_eq!(published_in(&metadata), ["anywhere", "somewhere"]);
    }
}
