//! The report says what the samples say.

use std::fs;

use chatapi_benches::data::Data;
use chatapi_benches::questions::{Kind, Subject};
use chatapi_benches::rates::Load;
use chatapi_benches::report::machine::Machine;
use chatapi_benches::report::targets::{Verdict, verdicts};
use chatapi_benches::report::{Database, Engine, Rate, Samples, Series, Way};

/// A database in which every search takes this long, and every page one millisecond.
fn database(messages: u64, search_micros: u32) -> Database {
    let took =
        |subject: &Subject| if matches!(subject.kind, Kind::Search(..)) { search_micros } else { 1000 };
    let series =
        Subject::all().map(|subject| Series::new(subject, Way::InProcess, vec![took(&subject); 200]));
    Database {
        engine: Engine::PostgreSQL,
        messages,
        load_seconds: 1.0,
        search_seconds: 1.0,
        bytes: 1 << 20,
        series: series.collect(),
    }
}

/// What a run gave in which requests have this part of the rate that the database alone has.
fn samples(databases: Vec<Database>, part: f64) -> Samples {
    let rate = |load: &Load| Rate {
        http: vec![1e6 * part; 3],
        statements: vec![1e6; 3],
        plain: vec![1e6; 3],
        ..Rate::new(load, 1000)
    };
    let machine = Machine {
        commit: "0123456789".to_owned(),
        is_changed: true,
        at: "2026-11-22T09:11:47Z".to_owned(),
        processor: "a processor".to_owned(),
        cores: 2,
        memory: 1 << 34,
        kernel: "Linux".to_owned(),
        rustc: "rustc".to_owned(),
        postgres: "15.18".to_owned(),
        settings: vec![("jit".to_owned(), "off".to_owned())],
    };
    let rates = Load::all(&Data::of(1000)).iter().map(rate).collect();
    Samples { command: "cargo xtask bench".to_owned(), machine, made_per_second: 1e5, databases, rates }
}

fn missed(samples: &Samples) -> Vec<Verdict> {
    verdicts(samples).into_iter().filter(|verdict| !verdict.is_reached).collect()
}

#[test]
fn what_is_fast_enough_misses_nothing() {
    let fast = samples(vec![database(1000, 2000), database(100_000, 3000)], 0.9);
    assert!(missed(&fast).is_empty(), "{:?}", missed(&fast));
}

#[test]
fn a_search_that_grows_with_the_messages_is_missed() {
    let grown = missed(&samples(vec![database(1000, 2000), database(100_000, 5000)], 0.9));
    assert_eq!(grown.len(), 1, "{grown:?}");
    assert!(grown[0].measured.starts_with("2.50"), "{grown:?}");
}

#[test]
fn a_slow_search_is_missed() {
    let slow = missed(&samples(vec![database(1000, 51_000)], 0.9));
    assert_eq!(slow.len(), 1, "{slow:?}");
}

#[test]
fn requests_that_take_much_longer_than_their_statements_are_missed() {
    // Lists may have half of the rate, one message a third; searches and sends may not.
    let slow = missed(&samples(vec![database(1000, 2000)], 0.55));
    let names: Vec<_> = slow.iter().filter_map(|verdict| verdict.what.split(':').next()).collect();
    assert_eq!(names, ["search", "search in a large room", "send"], "{slow:?}");
}

#[test]
fn the_report_is_a_text_with_plots_and_the_samples_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let samples = samples(vec![database(1000, 2000), database(100_000, 90_000)], 0.9);
    samples.write(folder.path()).unwrap();
    let text = fs::read_to_string(folder.path().join("report.md")).unwrap();
    for part in ["0123456789, with changes", "`jit = off`", "**missed**", "45.00", "postgresql-both.svg"] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    assert!(fs::read_to_string(folder.path().join("postgresql-both.svg")).unwrap().contains("an emoji"));
    assert_eq!(Samples::read(folder.path()).unwrap().databases.len(), 2);
}
