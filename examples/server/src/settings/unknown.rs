//! Variables that look like settings and are none.

use std::collections::BTreeSet;
use std::env;

use clap::Command;

use super::renamed::is_old;

/// Variables that the program reads without an option, or that others read beside it: `createsuperuser`, compose.yaml, and
/// what a program without the feature `pages` leaves out.
const OTHERS: [&str; 3] = ["CHATAPI_PAGES", "CHATAPI_PUBLISH", "CHATAPI_SUPERUSER_PASSWORD"];

const PREFIX: &str = "CHATAPI_";

/// A line for each variable whose name begins as those of settings do and that nothing reads.
pub(super) fn warnings(shape: &Command) -> Vec<String> {
    let known = known(shape);
    let names = env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let mut unknown: Vec<_> = names.filter(|name| is_unknown(name, &known)).collect();
    unknown.sort();
    unknown.iter().map(|name| warning(name, &known)).collect()
}

fn known(shape: &Command) -> BTreeSet<String> {
    let of_commands = shape.get_subcommands().flat_map(Command::get_arguments);
    let named = shape.get_arguments().chain(of_commands).filter_map(clap::Arg::get_env);
    named.map(|name| name.to_string_lossy().into_owned()).chain(OTHERS.map(str::to_owned)).collect()
}

fn is_unknown(name: &str, known: &BTreeSet<String>) -> bool {
    name.to_ascii_uppercase().starts_with(PREFIX)
        && !name.starts_with("CHATAPI_TEST_")
        && !known.contains(name)
        && !is_old(name)
}

fn warning(name: &str, known: &BTreeSet<String>) -> String {
    let upper = name.to_ascii_uppercase();
    // Some settings have no prefix, such as SECRET_KEY, and are taken to have one.
    let bare = upper.strip_prefix(PREFIX).unwrap_or(&upper);
    let distance = |known: &&String| {
        strsim::damerau_levenshtein(if known.starts_with(PREFIX) { &upper } else { bare }, known)
    };
    match known.iter().min_by_key(distance) {
        Some(nearest) => format!("unknown setting {name}: did you mean {nearest}?"),
        None => format!("unknown setting {name}"),
    }
}
