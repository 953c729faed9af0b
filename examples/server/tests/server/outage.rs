//! A database that goes away and comes back.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::support::postgres::OwnPostgres;
use crate::support::senders::Senders;
use crate::support::{Server, eventually, program};

#[test]
fn a_lost_database_is_answered_with_503_and_heals_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let mut postgres = OwnPostgres::create();
    postgres.start();
    let server = Server::start(program(folder.path()).env("DATABASE_URL", postgres.url()));
    let ada = server.api().sign_up("ada");
    // More than there are connections to the database, so that some wait for one.
    let senders = Senders::start(12, &ada, &ada.room());
    let all_since = |first: usize, status: u16| {
        senders.of_each(first, |sent| sent.status() == Some(status)).iter().all(|number| *number > 0)
    };
    eventually("all send", || all_since(0, 201));
    postgres.crash();
    eventually("all are refused", || all_since(0, 503));
    postgres.start();
    let back = senders.count();
    eventually("all send again", || all_since(back, 201));
    let sent = senders.stop();

    for sent in &sent {
        let answer = sent.answer.as_ref().expect("no connection to the server breaks");
        assert!([201, 503].contains(&answer.status), "{answer:?}\n{}", server.log());
        assert!(sent.took < Duration::from_secs(5), "{answer:?} took {:?}", sent.took);
        if answer.status == 503 {
            assert!(answer.headers["retry-after"].to_str().unwrap().parse::<u32>().unwrap() >= 1);
            assert!(answer.body["detail"].is_string(), "{answer:?}");
        }
    }
    let acknowledged: BTreeSet<_> =
        sent.into_iter().filter(|sent| sent.status() == Some(201)).map(|sent| sent.content).collect();
    let kept = ada.messages();
    let lost: Vec<_> = acknowledged.difference(&kept).collect();
    assert!(lost.is_empty(), "{lost:?}");
}
