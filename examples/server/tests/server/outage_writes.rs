//! A database that for a while can be read but not written to: the server says so, and needs no restart afterwards.

use rustix::process::{Resource, Rlimit, getrlimit, prlimit};
use serde_json::json;

use crate::support::postgres::OwnPostgres;
use crate::support::{Server, after, eventually, on_each_framework, program};

#[test]
fn a_sqlite_whose_disk_was_full_takes_writes_again_without_a_restart() {
    on_each_framework(|program| {
        // What may grow no further fails to be written, as long as the signal for it is ignored.
        let server = Server::start(&mut after("trap '' XFSZ", &program()));
        let ada = server.api().sign_up("ada");
        let room = ada.room();
        let send = |content: &str| ada.post("/messages/", &json!({"room": room, "content": content})).status;
        assert_eq!(send("before"), 201);
        for _ in 0..2 {
            let unlimited = prlimit(Some(server.id()), Resource::Fsize, room_for(4096)).unwrap();
            for _ in 0..3 {
                assert_eq!(send("amid"), 503, "{}", server.log());
            }
            let ready = server.api().get("/readyz");
            let said = (ready.status, &ready.body["reason"]);
            assert_eq!(said, (503, &"the database cannot be written to".into()), "{}", server.log());
            assert_eq!(ada.get("/messages/").status, 200, "what is there can be read");
            assert_eq!(server.api().get("/healthz").status, 200);

            prlimit(Some(server.id()), Resource::Fsize, unlimited).unwrap();
            assert_eq!(send("after"), 201, "{}", server.log());
            assert_eq!(server.api().get("/readyz").status, 200);
        }
        assert_eq!(ada.messages(), ["before", "after"].map(str::to_owned).into());
    });
}

/// Files that grow no further than this.
fn room_for(bytes: u64) -> Rlimit {
    Rlimit { current: Some(bytes), ..getrlimit(Resource::Fsize) }
}

#[test]
fn a_postgres_that_becomes_a_standby_and_a_primary_again_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let mut postgres = OwnPostgres::create();
    postgres.start();
    let server = Server::start(program(folder.path()).env("DATABASE_URL", postgres.url()));
    let ada = server.api().sign_up("ada");
    let room = ada.room();
    let send = || ada.post("/messages/", &json!({"room": room, "content": "Hello"})).status;
    assert_eq!(send(), 201);

    postgres.crash();
    postgres.demote();
    postgres.start();
    eventually("it reads from the standby", || ada.get("/messages/").status == 200);
    assert_eq!(send(), 503);
    let ready = server.api().get("/readyz");
    assert_eq!((ready.status, &ready.body["reason"]), (503, &"the database cannot be written to".into()));
    assert_eq!(ada.get("/messages/").status, 200);

    postgres.promote();
    assert_eq!(send(), 201, "{}", server.log());
    assert_eq!(server.api().get("/readyz").status, 200);
}

#[test]
fn sessions_that_may_only_read_do_not_outlast_the_failover() {
    let folder = tempfile::tempdir().unwrap();
    let mut postgres = OwnPostgres::create();
    postgres.start();
    let server = Server::start(program(folder.path()).env("DATABASE_URL", postgres.url()));
    let ada = server.api().sign_up("ada");
    let room = ada.room();
    let send = || ada.post("/messages/", &json!({"room": room, "content": "Hello"})).status;
    postgres.query("alter database postgres set default_transaction_read_only = on");
    postgres.query("select pg_terminate_backend(pid, 10000) from pg_stat_activity where application_name = 'chatapi-server'");
    eventually("it reads", || ada.get("/messages/").status == 200);
    assert_eq!(send(), 503);
    assert_eq!(server.api().get("/readyz").status, 503);
    assert_eq!(ada.get("/messages/").status, 200, "on a session that may only read");

    postgres.query("begin read write; alter database postgres reset default_transaction_read_only; commit");
    assert_eq!(send(), 201, "{}", server.log());
    assert_eq!(server.api().get("/readyz").status, 200);
}
