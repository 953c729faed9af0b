//! What has to be reached, and whether it was.

use super::{Database, Engine, Rate, Samples, Series, Way, median};
use crate::rates::What;

/// The 99th percentile of any search, in milliseconds.
const SEARCH: f64 = 50.0;

/// How much longer a search may take in the largest database than in the smallest.
const GROWTH: f64 = 2.0;

/// How much longer a page by key may take at any depth than the first.
const DEPTH: f64 = 1.5;

/// Sends with search, as a part of sends without.
const SENDS: f64 = 0.75;

/// The requests of the documented deployment that are to be answered in the time of one.
const TIMES: f64 = 100.0;

/// A target, and what was measured.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// What is measured.
    pub what: String,
    /// What it has to be.
    pub target: String,
    /// What it is.
    pub measured: String,
    /// Whether that is enough.
    pub is_reached: bool,
}

/// Every target that these samples say something about.
pub fn verdicts(samples: &Samples) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for engine in Engine::ALL {
        let databases = samples.of(engine);
        if let [smallest, .., largest] = databases[..] {
            verdicts.extend(grown(engine, smallest, largest));
        }
        if let Some(largest) = databases.last() {
            verdicts.extend([Way::InProcess, Way::Http].into_iter().filter_map(|way| slowest(largest, way)));
            verdicts.extend(deepest(largest));
        }
    }
    let largest = samples.rates.iter().map(|rate| rate.messages).max();
    for rate in samples.rates.iter().filter(|rate| Some(rate.messages) == largest) {
        verdicts.extend(of_rate(rate));
    }
    verdicts
}

/// The worst of what was measured counts; how many series are good enough stands beside it.
fn at_most<'a>(
    what: String,
    bound: f64,
    unit: &str,
    measured: impl Iterator<Item = (f64, &'a Series)>,
) -> Option<Verdict> {
    let measured: Vec<_> = measured.collect();
    let (worst, series) = measured.iter().max_by(|one, other| one.0.total_cmp(&other.0))?;
    let reached = measured.iter().filter(|(value, _)| *value <= bound).count();
    Some(Verdict {
        what,
        target: format!("at most {bound}{unit}"),
        measured: format!("{worst:.2}{unit} ({}); {reached} of {} reach it", title(series), measured.len()),
        // What is not a number was not measured.
        is_reached: *worst <= bound,
    })
}

fn at_least(what: String, bound: f64, measured: f64) -> Verdict {
    Verdict {
        what,
        target: format!("at least {}", short(bound)),
        measured: short(measured),
        is_reached: measured >= bound,
    }
}

/// Ratios with their fraction, rates without.
fn short(value: f64) -> String {
    if value < 10.0 { format!("{value:.2}") } else { format!("{value:.0}") }
}

fn title(series: &Series) -> String {
    let words = [series.name.as_str(), &series.term, &series.scope];
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join("; ")
}

/// The slowest of all searches and of all pages with a count.
fn slowest(database: &Database, way: Way) -> Option<Verdict> {
    let of_way = database.series.iter().filter(|series| series.way == way && !series.is_costly);
    let by = if way == Way::Http { "over HTTP" } else { "in process" };
    let what = format!("any search or page, 99th percentile, {:?} {by}", database.engine);
    at_most(what, SEARCH, " ms", of_way.map(|series| (series.p99(), series)))
}

fn grown(engine: Engine, smallest: &Database, largest: &Database) -> Option<Verdict> {
    let searches = largest.series.iter().filter(|series| series.is_search && series.way == Way::InProcess);
    let ratios = searches.filter_map(|series| {
        let before = smallest.series.iter().find(|before| before.asks_like(series, series.way))?;
        Some((series.median() / before.median(), series))
    });
    let what = format!(
        "any search, median with {} messages to that with {}, {engine:?}",
        largest.messages, smallest.messages
    );
    at_most(what, GROWTH, "", ratios)
}

fn deepest(database: &Database) -> Option<Verdict> {
    let in_process = || database.series.iter().filter(|series| series.way == Way::InProcess);
    let ratios = in_process().filter(|series| series.is_deep).filter_map(|deep| {
        let first = in_process().find(|first| first.name == "page, newest" && first.scope == deep.scope)?;
        Some((deep.median() / first.median(), deep))
    });
    let what = format!("a page by key at any depth to the newest, medians, {:?}", database.engine);
    at_most(what, DEPTH, "", ratios)
}

fn of_rate(rate: &Rate) -> Vec<Verdict> {
    let part = match rate.what {
        What::Search | What::Send => 0.7,
        What::List => 0.5,
        What::One => 0.3,
    };
    let bound = part * median(rate.statements.clone());
    let name = &rate.name;
    let mut verdicts = vec![
        at_least(
            format!("{name}: requests to the same statements in pgbench"),
            part,
            Rate::ratio(&rate.http, &rate.statements),
        ),
        at_least(
            format!("{name}: requests a second, 100 times the documented deployment or the bound by pgbench"),
            bound.min(TIMES * rate.documented),
            median(rate.http.clone()),
        ),
    ];
    if !rate.plain.is_empty() {
        let ratio = Rate::ratio(&rate.statements, &rate.plain);
        verdicts.push(at_least(format!("{name}: with search to without, both in pgbench"), SENDS, ratio));
    }
    verdicts
}
