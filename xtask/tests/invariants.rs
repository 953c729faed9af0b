//! What ARCHITECTURE.md promises of the whole, as far as reading the sources can tell.
#![expect(clippy::unwrap_used, reason = "a source that cannot be read ends in a panic that says why")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, iter};

use chatapi_core::ChatApi;
use chatapi_core::store::memory::MemoryStore;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

const ADAPTERS: [&str; 4] = ["chatapi-axum", "chatapi-actix", "chatapi-poem", "chatapi-tower"];

/// Every Rust file under a folder, by its path from there, with what it says outside of comments and unit tests.
fn sources(folder: &str) -> Vec<(String, String)> {
    let folder = root().join(folder);
    let mut found = Vec::new();
    let mut open = vec![folder.clone()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]").next().unwrap_or_default();
                let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
                let name = path.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned();
                found.push((name, lines.collect::<Vec<_>>().join("\n")));
            }
        }
    }
    assert!(!found.is_empty(), "no sources under {}", folder.display());
    found
}

/// The files of a package that say one of `words` though their path starts with none of `rooms`.
fn strangers(package: &str, words: &[&str], rooms: &[&str]) -> Vec<String> {
    let said = |(name, code): (String, String)| {
        let elsewhere = !rooms.iter().any(|room| name.starts_with(room));
        (elsewhere && words.iter().any(|word| code.contains(word))).then_some(name)
    };
    sources(&format!("{package}/src")).into_iter().filter_map(said).collect()
}

/// The packages that a build of the core compiles, with the features that `choice` names.
fn dependencies_of_the_core(choice: &[&str]) -> BTreeSet<String> {
    let cargo = env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let mut tree = Command::new(cargo);
    tree.args(["tree", "--locked", "--package=chatapi-core", "--edges=normal,build", "--prefix=none"]);
    let tree = tree.args(["--format={p}"]).args(choice).current_dir(root()).output().unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let tree = String::from_utf8(tree.stdout).unwrap();
    let packages: BTreeSet<_> =
        tree.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect();
    assert!(packages.contains("sqlx"), "the tree is not the core's:\n{tree}");
    packages
}

#[test]
fn the_core_depends_on_no_web_framework() {
    let packages = dependencies_of_the_core(&[]);
    for framework in ["axum", "actix-web", "poem", "hyper", "tower", "warp"] {
        assert!(!packages.contains(framework), "{framework}");
    }
}

#[test]
fn the_core_depends_on_neither_the_test_suites_nor_what_they_alone_need() {
    let packages = dependencies_of_the_core(&["--all-features"]);
    for name in ["chatapi-testing", "libtest-mimic", "tempfile"] {
        assert!(!packages.contains(name), "{name}");
    }
    // The keys of another issuer are fetched with it, with the feature `jwks`.
    assert!(!dependencies_of_the_core(&[]).contains("reqwest"));
    assert!(!dependencies_of_the_core(&["--features=jwt-issuers,smtp"]).contains("reqwest"));
}

#[test]
fn sql_stands_in_the_stores_alone() {
    let words = ["select ", "insert into ", "delete from ", "update chatapi_"];
    for package in ["chatapi-core", "chatapi-admin"] {
        assert_eq!(strangers(package, &words, &["store"]), Vec::<String>::new(), "{package}");
    }
}

/// Names that `docs/glossary.md` replaced. Old spellings of settings are read for one release.
const RETIRED: [&str; 40] = [
    "Place",
    "NoPlace",
    "History",
    "HistoryRequest",
    "Span",
    "Beside",
    "BesideRequest",
    "Sides",
    "Reach",
    "Said",
    "Asked",
    "Upkeep",
    "upkeep",
    "tidy",
    "tidies",
    "untidy",
    "FreshText",
    "fresh_texts",
    "dead_texts",
    "bury",
    "unplaced",
    "Spot",
    "spots",
    "Needle",
    "Sought",
    "Gathered",
    "Extent",
    "Stretch",
    "Damaged",
    "Weights",
    "Sight",
    "Familiar",
    "Unhurried",
    "Loan",
    "Opener",
    "patiently",
    "PATIENCE",
    "Desk",
    "forgery",
    "Piece",
];

#[test]
fn retired_terms_occur_nowhere() {
    let of_tracing =
        |name: &str| name.contains("trace") || name == "src/request_id.rs" || name == "store/engine.rs";
    let is_excused = |name: &str, term: &str| match term {
        "Span" => of_tracing(name) || name == "search/query/parse.rs",
        "tidy" => name.starts_with("src/settings/") || name.starts_with("tests/server/settings"),
        "Place" => name == "auth/password/queue.rs",
        "Piece" => name == "search/query/parse.rs",
        "History" => name.starts_with("http/") || name.starts_with("tests/outside"),
        _ => false,
    };
    let mut found = Vec::new();
    for folder in [
        "chatapi-core/src",
        "chatapi-admin/src",
        "chatapi-openapi/src",
        "chatapi-testing/src",
        "examples/server",
        "examples/embed",
        "benches/src",
    ] {
        for (name, code) in sources(folder) {
            let words = code.split(|c: char| !c.is_alphanumeric() && c != '_');
            // A part of a name counts as the whole does.
            let words = words.flat_map(|word| iter::once(word).chain(word.split('_')));
            let retired = words.filter(|word| RETIRED.contains(word) && !is_excused(&name, word));
            found.extend(retired.map(|word| format!("{folder}/{name} says {word}")));
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn every_migration_is_compiled_in() {
    for (folder, store) in
        [("migrations", "chatapi-core/src/store"), ("chatapi-admin/migrations", "chatapi-admin/src/store")]
    {
        let code: String = sources(store).into_iter().map(|(_, code)| code).collect();
        for engine in ["postgres", "sqlite"] {
            let files = fs::read_dir(root().join(folder).join(engine))
                .unwrap()
                .map(|entry| entry.unwrap().file_name());
            for file in files.map(|name| name.into_string().unwrap()) {
                let included = format!("migrations/{engine}/{file}");
                assert!(code.contains(&included), "{store} does not include {included}");
            }
        }
    }
}

#[test]
fn statuses_and_json_stand_at_the_wire_alone() {
    assert_eq!(strangers("chatapi-core", &["StatusCode"], &["http", "error"]), Vec::<String>::new());
    assert_eq!(strangers("chatapi-admin", &["StatusCode"], &["http", "request.rs"]), Vec::<String>::new());
    // SQLite takes a list of values as JSON; the claims of tokens are JSON.
    let rooms = ["http", "error.rs", "store/sqlite.rs", "auth/issuer", "auth/jwt"];
    assert_eq!(strangers("chatapi-core", &["serde_json"], &rooms), Vec::<String>::new());
}

#[test]
fn an_adapter_is_short_and_names_no_endpoint() {
    for adapter in ADAPTERS {
        let folder = format!("{adapter}/src");
        let lines: usize = sources(&folder).iter().map(|(_, code)| code.lines().count()).sum();
        assert!(lines < 200, "{adapter} has {lines} lines");
        for (name, code) in sources(&folder) {
            for word in ["/rooms", "/messages", "/auth", "StatusCode", "AUTHORIZATION", "serde_json"] {
                assert!(!code.contains(word), "{adapter}/src/{name} says {word}");
            }
        }
    }
}

#[test]
fn no_file_is_longer_than_four_hundred_lines() {
    let others = [
        "benches",
        "chatapi-admin",
        "chatapi-core",
        "chatapi-openapi",
        "examples/embed",
        "examples/server",
        "xtask",
    ];
    for folder in others.into_iter().chain(ADAPTERS).map(|member| format!("{member}/src")) {
        for (name, code) in sources(&folder) {
            assert!(code.lines().count() <= 400, "{folder}/{name}");
        }
    }
}

#[test]
fn the_readme_lists_every_route_with_its_methods() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let api = ChatApi::builder(MemoryStore::new(), [7; 32]).build().unwrap();
    let mut routes = 0;
    for route in api.routes() {
        let methods: Vec<_> = route.endpoints().iter().map(|endpoint| endpoint.method().as_str()).collect();
        let row = format!("| `{}` | {} |", route.path(), methods.join(", "));
        assert!(readme.contains(&row), "the README lacks {row}");
        routes += 1;
    }
    let rows = readme.lines().filter(|line| line.starts_with("| `/")).count();
    assert_eq!(rows, routes, "the README lists a path that is no route");
}

#[test]
fn every_migration_has_its_twin() {
    let names = |folder: &str| {
        let folder = fs::read_dir(root().join(folder)).unwrap();
        let mut names: Vec<_> = folder.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    for folder in ["migrations", "chatapi-admin/migrations"] {
        assert_eq!(names(&format!("{folder}/postgres")), names(&format!("{folder}/sqlite")));
    }
}
