//! Clients that generators make of the API's document: generated, compiled, and used against a server.

use std::env;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::site::{BOSS, Site};
use crate::support::api::PASSWORD;
use crate::support::postgres::setting;
use crate::support::run;

/// Programs that use a generated client.
const CLIENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/outside/clients");

#[test]
fn types_of_openapi_typescript_compile_and_tell_the_answers_apart() {
    let generated = Generated::begin();
    let modules = PathBuf::from(setting("CHATAPI_TEST_TYPESCRIPT"));
    symlink(&modules, generated.path("node_modules")).unwrap();
    fs::write(generated.path("package.json"), r#"{"type":"module"}"#).unwrap();
    fs::copy(Path::new(CLIENTS).join("typescript.ts"), generated.path("typescript.ts")).unwrap();
    generated.run(&modules.join(".bin/openapi-typescript"), &["openapi.json", "--output", "schema.ts"]);
    let strict =
        ["--strict", "--noUncheckedIndexedAccess", "--target", "es2022", "--lib", "es2022,dom,dom.iterable"];
    let modules_of_node = ["--module", "nodenext", "typescript.ts", "schema.ts"];
    generated.run(&modules.join(".bin/tsc"), &[&strict[..], &modules_of_node].concat());
    generated.used(Path::new("node"), "typescript.js");
}

#[test]
fn a_client_of_openapi_python_client_works() {
    let generated = Generated::begin();
    let python = Python::find();
    let arguments = ["generate", "--path", "openapi.json", "--output-path", "client", "--meta", "none"];
    generated
        .run(&python.program("openapi-python-client"), &[&arguments[..], &["--fail-on-warning"]].concat());
    generated.used_by_python(&python, "openapi_python_client.py");
}

#[test]
fn a_client_of_openapi_generator_works() {
    let generated = Generated::begin();
    let python = Python::find();
    let arguments = ["generate", "-i", "openapi.json", "-g", "python", "-o", "."];
    generated.run(&python.program("openapi-generator-cli"), &arguments);
    generated.used_by_python(&python, "openapi_generator.py");
}

/// A server, and a folder with its document, in which a client is generated.
struct Generated {
    site: Site,
    folder: TempDir,
}

impl Generated {
    fn begin() -> Self {
        let (site, folder) = (Site::start(), tempfile::tempdir().unwrap());
        let document = site.api().get("/schema/openapi.json").body;
        fs::write(folder.path().join("openapi.json"), document.to_string()).unwrap();
        Self { site, folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a program in the folder, to its good end.
    fn run(&self, program: &Path, arguments: &[&str]) -> String {
        let mut command = Command::new(program);
        command.current_dir(self.folder.path()).args(arguments);
        // Beside it are the programs that it runs itself.
        let beside = program.parent().map(Path::to_owned).into_iter().filter(|folder| folder.is_absolute());
        let path = env::var_os("PATH").unwrap_or_default();
        command.env("PATH", env::join_paths(beside.chain(env::split_paths(&path))).unwrap());
        let ran = run(command.env("PYTHONPATH", self.folder.path()));
        let said = String::from_utf8_lossy(&ran.stdout).into_owned();
        let complaint = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "{} {arguments:?}: {said}\n{complaint}", program.display());
        said
    }

    /// Uses the client against the server.
    fn used(&self, program: &Path, file: &str) {
        let said = self.run(program, &[file, &self.site.url(), BOSS, PASSWORD]);
        assert_eq!(said.trim(), "ok");
    }

    fn used_by_python(&self, python: &Python, file: &str) {
        fs::copy(Path::new(CLIENTS).join(file), self.path("use.py")).unwrap();
        self.used(&python.program("python"), "use.py");
    }
}

/// Python with the generators, and with what generated clients need.
struct Python(PathBuf);

impl Python {
    fn find() -> Self {
        Self(PathBuf::from(setting("CHATAPI_TEST_GENERATORS")))
    }

    fn program(&self, name: &str) -> PathBuf {
        self.0.join("bin").join(name)
    }
}
