//! What an import did, as it is printed.

use std::fmt::Write as _;

use chatapi_core::store::django::{Report, Tally};

/// A table of counts, and a line for each kind of oddity.
pub(super) fn of(report: &Report) -> String {
    let Report { users, rooms, members, messages, oddities } = report;
    let mut text = format!("  {:<12} {:>12} {:>12}\n", "", "in Django", "here");
    for (name, Tally { read, kept }) in
        [("users", users), ("rooms", rooms), ("memberships", members), ("messages", messages)]
    {
        // A string takes whatever is written to it; so below.
        let _ = writeln!(text, "  {name:<12} {read:>12} {kept:>12}");
    }
    for (oddity, found) in oddities {
        let _ = writeln!(text, "Note [{}]: {oddity} ({found})", found.count);
    }
    text.push_str("First names, last names and last login times are not imported.\n");
    text
}
