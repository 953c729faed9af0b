//! How long a question takes that searches, or turns a page: of each kind, term and scope.
//!
//!     cargo bench -p chatapi-benches --bench search
//!
//! `CHATAPI_BENCH_POSTGRES` (a URL) or `CHATAPI_BENCH_SQLITE` (a file) names a database that `cargo xtask bench --keep` left,
//! and `CHATAPI_BENCH_MESSAGES` how many messages are in it; without them a hundred thousand go into SQLite first.
#![expect(clippy::unwrap_used, reason = "a bench that cannot be set up says why and ends")]

use std::env;
use std::path::PathBuf;
use std::time::Duration;

use chatapi_benches::data::Data;
use chatapi_benches::questions::Subject;
use chatapi_benches::series::ask;
use chatapi_benches::{chat, load};
use chatapi_core::ChatApi;
use criterion::{BenchmarkId, Criterion};
use fastrand::Rng;
use tokio::runtime::Runtime;

const MESSAGES: u64 = 100_000;

fn main() {
    let runtime = Runtime::new().unwrap();
    let messages = env::var("CHATAPI_BENCH_MESSAGES").map_or(MESSAGES, |number| number.parse().unwrap());
    let data = Data::of(messages);
    let folder = tempfile::tempdir().unwrap();
    let api = runtime.block_on(open(&data, folder.path().join("chat.sqlite3")));
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(50))
        .measurement_time(Duration::from_millis(250))
        .configure_from_args();
    for subject in Subject::all() {
        let mut group = criterion.benchmark_group(format!("{}/{}", subject.scope.name(), subject.name()));
        let mut random = Rng::with_seed(1);
        group.bench_function(BenchmarkId::from_parameter(subject.term()), |bencher| {
            let questions: Vec<_> = (0..64).map(|_| subject.question(&data, &mut random)).collect();
            let mut next = questions.iter().cycle();
            bencher.to_async(&runtime).iter(|| {
                let question = next.next();
                let api = &api;
                async move { ask(api, question.unwrap()).await.unwrap() }
            });
        });
        group.finish();
    }
    criterion.final_summary();
}

async fn open(data: &Data, file: PathBuf) -> ChatApi {
    if let Ok(url) = env::var("CHATAPI_BENCH_POSTGRES") {
        return chat::on_postgres(&url, 1).unwrap();
    }
    if let Some(file) = env::var_os("CHATAPI_BENCH_SQLITE") {
        return chat::on_sqlite(&PathBuf::from(file)).await.unwrap();
    }
    load::into_sqlite(&file, data).await.unwrap();
    chat::on_sqlite(&file).await.unwrap()
}
