//! Several servers on one database.

use std::fs;
use std::path::Path;

use crate::support::postgres::Database;
use crate::support::{Server, program};

#[test]
fn ten_servers_that_start_at_once_on_an_empty_database_all_come_up() {
    let folders: Vec<_> = (0..10).map(|_| tempfile::tempdir().unwrap()).collect();
    let database = Database::create();
    let mut commands: Vec<_> = folders
        .iter()
        .map(|folder| {
            let mut command = program(folder.path());
            command.env("DATABASE_URL", database.url()).args(["--database-connections", "2"]);
            command
        })
        .collect();
    let mut servers: Vec<_> = commands.iter_mut().map(Server::launch).collect();
    servers.iter_mut().for_each(Server::wait_until_it_listens);

    let ada = servers[0].api().sign_up("ada");
    for server in &servers {
        assert_eq!(
            ada.at(server.url()).get("/auth/users/me/").body["username"],
            "ada",
            "they share the secret"
        );
    }
    let generated = servers.iter().filter(|server| server.log().contains("generated one")).count();
    assert_eq!(generated, 1, "{}", servers.iter().map(Server::log).collect::<String>());
    let migrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations/postgres");
    let written = fs::read_dir(migrations).unwrap().count();
    assert_eq!(
        database.query("select count(*) from chatapi_migrations"),
        written.to_string(),
        "each ran once"
    );
}

#[test]
fn servers_that_start_at_once_on_one_empty_folder_all_come_up() {
    let folder = tempfile::tempdir().unwrap();
    let mut servers: Vec<_> = (0..4).map(|_| Server::launch(&mut program(folder.path()))).collect();
    servers.iter_mut().for_each(Server::wait_until_it_listens);
    let ada = servers[0].api().sign_up("ada");
    for server in &servers {
        assert_eq!(ada.at(server.url()).get("/auth/users/me/").status, 200);
    }
}
