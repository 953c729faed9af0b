//! What tests of the server drive: a browser, Postman's runner, testers and generators of OpenAPI documents, PgBouncer, and
//! HTTP proxies. Found, or installed; what npm and pip install, of these versions, under `target/tools`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, path};

use crate::command;
use crate::failure::{Failure, Result};
use crate::programs::{Package, on_path, provide};

const NEWMAN: &str = "6.2.2";
const SCHEMATHESIS: &str = "4.32.5";
/// What makes types of the document, compiles them, and asks the server by them.
const TYPESCRIPT: [&str; 3] = ["openapi-typescript@7.13.0", "typescript@5.9.3", "openapi-fetch@0.17.0"];
/// What makes clients of the document; pip brings what these clients need.
const GENERATORS: [&str; 2] = ["openapi-python-client==0.29.1", "openapi-generator-cli==7.26.0"];
/// What the clients of OpenAPI Generator need.
const CLIENTS_NEED: [&str; 3] = ["urllib3", "python-dateutil", "pydantic"];

/// Names a program where the one that would be found is not wanted. The tests find it under the same name.
const CHROMIUM_AT: &str = "CHATAPI_TEST_CHROMIUM";
const CHROMEDRIVER_AT: &str = "CHATAPI_TEST_CHROMEDRIVER";
const NEWMAN_AT: &str = "CHATAPI_TEST_NEWMAN";
const SCHEMATHESIS_AT: &str = "CHATAPI_TEST_SCHEMATHESIS";
const NGINX_AT: &str = "CHATAPI_TEST_NGINX";
const CADDY_AT: &str = "CHATAPI_TEST_CADDY";
const OPENSSL_AT: &str = "CHATAPI_TEST_OPENSSL";
const TYPESCRIPT_AT: &str = "CHATAPI_TEST_TYPESCRIPT";
const GENERATORS_AT: &str = "CHATAPI_TEST_GENERATORS";

const PGBOUNCER_AT: &str = "CHATAPI_TEST_PGBOUNCER";

/// Where pictures of the pages go.
const SCREENSHOTS: &str = "CHATAPI_TEST_SCREENSHOTS";

/// Where each program is.
pub(crate) struct Tools {
    chromium: PathBuf,
    chromedriver: PathBuf,
    newman: PathBuf,
    schemathesis: PathBuf,
    pgbouncer: PathBuf,
    nginx: PathBuf,
    caddy: PathBuf,
    openssl: PathBuf,
    /// The folder of npm's modules.
    typescript: PathBuf,
    /// A virtual environment of Python's.
    generators: PathBuf,
}

impl Tools {
    pub(crate) fn find_or_install() -> Result<Self> {
        provide(missing)?;
        let gone = || Failure::Reason("what was installed is gone again".to_owned());
        Ok(Self {
            chromium: chromium().ok_or_else(gone)?,
            chromedriver: chromedriver().ok_or_else(gone)?,
            newman: newman()?,
            schemathesis: schemathesis()?,
            pgbouncer: pgbouncer().ok_or_else(|| Failure::Reason("PgBouncer is gone again".to_owned()))?,
            nginx: nginx().ok_or_else(gone)?,
            caddy: caddy().ok_or_else(gone)?,
            openssl: openssl().ok_or_else(gone)?,
            typescript: typescript()?,
            generators: generators()?,
        })
    }

    /// Tells the tests.
    pub(crate) fn tell(&self, tests: &mut Command) -> Result<()> {
        tests.env(CHROMIUM_AT, &self.chromium);
        tests.env(CHROMEDRIVER_AT, &self.chromedriver);
        tests.env(NEWMAN_AT, &self.newman);
        tests.env(SCHEMATHESIS_AT, &self.schemathesis);
        tests.env(PGBOUNCER_AT, &self.pgbouncer);
        tests.env(NGINX_AT, &self.nginx);
        tests.env(CADDY_AT, &self.caddy);
        tests.env(OPENSSL_AT, &self.openssl);
        tests.env(TYPESCRIPT_AT, &self.typescript);
        tests.env(GENERATORS_AT, &self.generators);
        let screenshots = env::var_os(SCREENSHOTS).unwrap_or_else(|| OsString::from("target/screenshots"));
        tests.env(SCREENSHOTS, path::absolute(screenshots)?);
        Ok(())
    }
}

fn missing() -> Vec<Package> {
    let mut missing = Vec::new();
    if chromium().is_none() {
        missing.push(Package { name: "chromium", program: "Chromium" });
    }
    if chromedriver().is_none() {
        missing.push(Package { name: "chromium-driver", program: "chromedriver" });
    }
    if named(NEWMAN_AT).is_none() && !newman_place().1.exists() && on_path("npm").is_none() {
        missing.push(Package { name: "npm", program: "npm" });
    }
    if named(SCHEMATHESIS_AT).is_none() && !schemathesis_place().1.exists() && !python_makes_places() {
        missing.push(Package { name: "python3-venv", program: "Python's venv and pip" });
    }
    if pgbouncer().is_none() {
        missing.push(Package { name: "pgbouncer", program: "PgBouncer" });
    }
    if nginx().is_none() {
        missing.push(Package { name: "nginx", program: "nginx" });
    }
    if caddy().is_none() {
        missing.push(Package { name: "caddy", program: "Caddy" });
    }
    if openssl().is_none() {
        missing.push(Package { name: "openssl", program: "openssl" });
    }
    if on_path("java").is_none() {
        missing.push(Package { name: "default-jre-headless", program: "Java" });
    }
    missing
}

fn nginx() -> Option<PathBuf> {
    // Debian's is where only root's path leads.
    let debian = PathBuf::from("/usr/sbin/nginx");
    named(NGINX_AT).or_else(|| on_path("nginx")).or_else(|| debian.is_file().then_some(debian))
}

fn caddy() -> Option<PathBuf> {
    named(CADDY_AT).or_else(|| on_path("caddy"))
}

fn openssl() -> Option<PathBuf> {
    named(OPENSSL_AT).or_else(|| on_path("openssl"))
}

fn named(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).filter(|place| !place.is_empty()).map(PathBuf::from)
}

fn chromium() -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    named(CHROMIUM_AT).or_else(|| names.into_iter().find_map(on_path))
}

fn chromedriver() -> Option<PathBuf> {
    named(CHROMEDRIVER_AT).or_else(|| on_path("chromedriver"))
}

fn pgbouncer() -> Option<PathBuf> {
    // Debian keeps it where only root looks.
    let of_root = || Some(PathBuf::from("/usr/sbin/pgbouncer")).filter(|place| place.is_file());
    named(PGBOUNCER_AT).or_else(|| on_path("pgbouncer")).or_else(of_root)
}

fn newman() -> Result<PathBuf> {
    if let Some(program) = named(NEWMAN_AT) {
        return Ok(program);
    }
    let (folder, program) = newman_place();
    install(&folder, &program, || by_npm(&folder, &[&format!("newman@{NEWMAN}")]))?;
    Ok(path::absolute(program)?)
}

fn newman_place() -> (PathBuf, PathBuf) {
    let folder = Path::new("target/tools").join(format!("newman-{NEWMAN}"));
    let program = folder.join("node_modules/.bin/newman");
    (folder, program)
}

fn schemathesis() -> Result<PathBuf> {
    if let Some(program) = named(SCHEMATHESIS_AT) {
        return Ok(program);
    }
    let (folder, program) = schemathesis_place();
    install(&folder, &program, || by_pip(&folder, &[&format!("schemathesis=={SCHEMATHESIS}")]))?;
    Ok(path::absolute(program)?)
}

fn schemathesis_place() -> (PathBuf, PathBuf) {
    let folder = Path::new("target/tools").join(format!("schemathesis-{SCHEMATHESIS}"));
    let program = folder.join("bin/schemathesis");
    (folder, program)
}

fn typescript() -> Result<PathBuf> {
    if let Some(modules) = named(TYPESCRIPT_AT) {
        return Ok(modules);
    }
    let folder = Path::new("target/tools").join(TYPESCRIPT.join("-"));
    let modules = folder.join("node_modules");
    install(&folder, &modules.join(".bin/tsc"), || by_npm(&folder, &TYPESCRIPT))?;
    Ok(path::absolute(modules)?)
}

fn generators() -> Result<PathBuf> {
    if let Some(folder) = named(GENERATORS_AT) {
        return Ok(folder);
    }
    let folder = Path::new("target/tools").join(GENERATORS.join("-"));
    let packages = [&GENERATORS[..], &CLIENTS_NEED].concat();
    install(&folder, &folder.join("bin/openapi-generator-cli"), || by_pip(&folder, &packages))?;
    Ok(path::absolute(folder)?)
}

fn by_npm(folder: &Path, packages: &[&str]) -> Result<()> {
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-audit", "--no-fund", "--no-save", "--loglevel=error", "--prefix"]);
    command::run(npm.arg(folder).args(packages))
}

fn by_pip(folder: &Path, packages: &[&str]) -> Result<()> {
    command::run(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
    let mut pip = Command::new(folder.join("bin/pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check"]);
    command::run(pip.args(packages))
}

fn python_makes_places() -> bool {
    let mut python = Command::new("python3");
    python.args(["-c", "import ensurepip, venv"]);
    python.output().is_ok_and(|output| output.status.success())
}

/// Installs a program in a folder of its own; what was begun and not finished is none.
fn install(folder: &Path, program: &Path, by: impl FnOnce() -> Result<()>) -> Result<()> {
    if program.exists() {
        return Ok(());
    }
    eprintln!("xtask: installing {}", folder.display());
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    by().inspect_err(|_| drop(fs::remove_dir_all(folder)))
}
