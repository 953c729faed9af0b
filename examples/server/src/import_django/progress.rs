//! Says on standard error how far an import is, about once a second.

use std::io::{self, Write as _};
use std::time::{Duration, Instant};

use chatapi_core::store::django::Progress;

/// How often a line is worth writing.
const BETWEEN_LINES: Duration = Duration::from_secs(1);

/// Knows when something was said last.
pub(super) struct Meter {
    table: &'static str,
    began: Instant,
    said: Instant,
}

impl Meter {
    pub(super) fn start() -> Self {
        let now = Instant::now();
        Self { table: "", began: now, said: now }
    }

    /// Hears of rows: each table's first and last line is written, and those between that are due.
    pub(super) fn hear(&mut self, progress: Progress) {
        let now = Instant::now();
        if self.table != progress.table {
            (self.table, self.began, self.said) = (progress.table, now, now);
            return;
        }
        if progress.done < progress.total && now - self.said < BETWEEN_LINES {
            return;
        }
        self.said = now;
        say(&line(progress, now - self.began));
    }

    /// Hears of rooms that were indexed.
    pub(super) fn rooms(&mut self, done: usize, rooms: usize) {
        let now = Instant::now();
        if done == rooms || now - self.said >= BETWEEN_LINES {
            self.said = now;
            say(&format!("search index: {done} of {rooms} rooms"));
        }
    }
}

/// Writes a line.
pub(super) fn say(line: &str) {
    // Where nobody listens there is nothing left to do.
    let _ = writeln!(io::stderr(), "{line}");
}

/// `chat_message: 40000 of 1000000 rows, 4 %, 41000 rows/s`
fn line(Progress { table, done, total }: Progress, took: Duration) -> String {
    let percent = (done * 100).checked_div(total).unwrap_or(100);
    let rate = (done as f64 / took.as_secs_f64().max(0.001)).round();
    format!("{table}: {done} of {total} rows, {percent} %, {rate} rows/s")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_far_and_how_fast() {
        let progress = Progress { table: "chat_message", done: 40_000, total: 1_000_000 };
        assert_eq!(
            line(progress, Duration::from_secs(2)),
            "chat_message: 40000 of 1000000 rows, 4 %, 20000 rows/s"
        );
    }
}
