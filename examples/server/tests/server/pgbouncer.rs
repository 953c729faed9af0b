//! PgBouncer between the server and PostgreSQL, in both of its modes that keep transactions whole.

use std::fs::{self, File};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command};

use tempfile::TempDir;

use crate::support::postgres::{Database, as_nobody_special, free_port, hand_over, setting};
use crate::support::senders::Senders;
use crate::support::{Server, complaints, eventually, program, run};

/// A PgBouncer that shares three connections to a database among all of its clients.
struct PgBouncer {
    process: Child,
    url: String,
    folder: TempDir,
}

impl PgBouncer {
    fn start(database: &Database, pool_mode: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (server, name) = database.url().rsplit_once('/').unwrap();
        let (_, port) = server.rsplit_once(':').unwrap();
        let own_port = free_port();
        let settings = folder.path().join("pgbouncer.ini");
        let text = format!(
            "[databases]\n{name} = host=127.0.0.1 port={port} user=postgres\n\
             [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {own_port}\nunix_socket_dir =\nauth_type = any\n\
             pool_mode = {pool_mode}\ndefault_pool_size = 3\n"
        );
        fs::write(&settings, text).unwrap();
        hand_over(folder.path());
        hand_over(&settings);
        let log = File::create(folder.path().join("log")).unwrap();
        let mut command = as_nobody_special(Path::new(&setting("CHATAPI_TEST_PGBOUNCER")));
        command.arg(&settings).stdout(log.try_clone().unwrap()).stderr(log);
        let process = command.spawn().unwrap();
        eventually("PgBouncer listens", || TcpStream::connect(("127.0.0.1", own_port)).is_ok());
        Self { process, url: format!("postgres://postgres@127.0.0.1:{own_port}/{name}"), folder }
    }

    /// What the server needs to know. In its mode `session` each connection keeps one of PgBouncer's three.
    fn tell<'c>(
        &self,
        command: &'c mut Command,
        pools_transactions: bool,
        connections: &str,
    ) -> &'c mut Command {
        if pools_transactions {
            command.env("CHATAPI_DATABASE_TRANSACTION_POOLING", "yes");
        }
        command.env("DATABASE_URL", &self.url).env("CHATAPI_DATABASE_CONNECTIONS", connections)
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Two servers at once, a load beforehand, enough messages for the search index, and a second start on used connections.
fn the_chat_works(pool_mode: &str, pools_transactions: bool, connections: &str) {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::create();
    let pgbouncer = PgBouncer::start(&database, pool_mode);
    let fresh = || {
        let mut program = program(folder.path());
        pgbouncer.tell(&mut program, pools_transactions, connections);
        program
    };
    let log = || fs::read_to_string(pgbouncer.folder.path().join("log")).unwrap();
    for _ in 0..2 {
        let migrated = run(fresh().arg("migrate"));
        assert!(migrated.status.success(), "{:?}\n{}", complaints(&migrated), log());
    }
    let seeded = run(fresh().args(["seed", "--messages", "500"]));
    assert!(seeded.status.success(), "{:?}\n{}", complaints(&seeded), log());

    let servers = [Server::start(&mut fresh()), Server::start(&mut fresh())];
    let ada = servers[0].api().sign_up("ada");
    let room = ada.room();
    let senders: Vec<_> =
        servers.iter().map(|server| Senders::start(4, &ada.at(server.url()), &room)).collect();
    eventually("all send, and the index takes messages in", || {
        let count =
            |senders: &Senders| senders.of_each(0, |sent| sent.status() == Some(201)).iter().sum::<usize>();
        senders.iter().all(|senders| count(senders) > 150)
            && database.query("select count(*) > 0 from chatapi_segments where room_id = (select max(id) from chatapi_rooms)") == "t"
    });
    for senders in senders {
        for sent in senders.stop() {
            assert_eq!(
                sent.status(),
                Some(201),
                "{:?}\n{}\n{}",
                sent.answer,
                servers[0].log(),
                servers[1].log()
            );
        }
    }
    for server in &servers {
        let found = ada.at(server.url()).get("/messages/?search=message+7+of&count=exact");
        assert_eq!(found.status, 200, "{}", server.log());
        assert!(found.body["count"].as_u64().unwrap() >= 8, "{found:?}");
        assert_eq!(ada.at(server.url()).get("/messages/?q=message").status, 200);
        assert_eq!(server.api().get("/readyz").status, 200);
    }
    for server in servers {
        let log = server.log();
        assert!(!log.contains(" WARN ") && !log.contains(" ERROR "), "{log}");
        assert!(server.stop().success());
    }
}

#[test]
fn a_pgbouncer_that_pools_sessions_needs_no_setting() {
    the_chat_works("session", false, "1");
}

#[test]
fn a_pgbouncer_that_pools_transactions_needs_one_setting() {
    the_chat_works("transaction", true, "8");
}
