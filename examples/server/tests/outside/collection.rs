//! The Postman collection, as Postman's runner runs it.

use std::process::Command;

use crate::site::{BOSS, Site};
use crate::support::api::PASSWORD;
use crate::support::postgres::{Database, setting};
use crate::support::run;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

fn run_at(site: &Site) {
    let mut newman = Command::new(setting("CHATAPI_TEST_NEWMAN"));
    newman.current_dir(ROOT).args([
        "run",
        "ChatAPI.postman_collection.json",
        "--color=off",
        "--bail=failure",
    ]);
    newman.args(["-e", "ChatAPI.postman_environment.json", "--env-var", &format!("baseUrl={}", site.url())]);
    let ran = run(&mut newman);
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success(), "{said}\n{}", String::from_utf8_lossy(&ran.stderr));
    assert!(said.contains("assertions"), "nothing was asserted:\n{said}");
}

#[test]
fn the_collection_passes_again_and_again_and_leaves_nothing() {
    let database = Database::create();
    // With the limits of the documented deployment: whoever runs the collection never meets them.
    let site = Site::start_with(&[("DATABASE_URL", database.url()), ("CHATAPI_LIMITS", "yes")]);
    run_at(&site);
    run_at(&site);
    let boss = site.api().log_in(BOSS, PASSWORD);
    for (list, count) in [("/auth/users/", 1), ("/rooms/", 0), ("/messages/", 0)] {
        assert_eq!(boss.get(list).body["count"], count, "{list}");
    }
}
