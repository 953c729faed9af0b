//! Settings that were renamed. The old spellings work for one release, with a warning.

use std::env;

/// The old flag and variable, and the new ones. The flag is also an alias on its argument.
const RENAMED: [Renamed; 1] =
    [Renamed { flags: ["--tidy", "--indexer"], variables: ["CHATAPI_TIDY", "CHATAPI_INDEXER"] }];

struct Renamed {
    flags: [&'static str; 2],
    variables: [&'static str; 2],
}

/// The variable that an argument reads: the old one of a renamed setting where only that one is set.
pub(super) fn variable(argument: &clap::Arg) -> Option<&'static str> {
    let variable = argument.get_env()?;
    let renamed = RENAMED.iter().find(|renamed| variable == renamed.variables[1])?;
    let [old, new] = renamed.variables;
    (is_set(old) && !is_set(new)).then_some(old)
}

/// Whether this is the old name of a variable.
pub(super) fn is_old(variable: &str) -> bool {
    RENAMED.iter().any(|renamed| variable == renamed.variables[0])
}

/// A line for each old name that is used.
pub(super) fn warnings() -> Vec<String> {
    let words: Vec<_> = env::args_os().skip(1).filter_map(|word| word.into_string().ok()).collect();
    let is_given =
        |flag: &str| words.iter().any(|word| word.split('=').next().is_some_and(|name| name == flag));
    let flags = RENAMED.iter().map(|renamed| renamed.flags).filter(|[old, _]| is_given(old));
    let variables = RENAMED.iter().map(|renamed| renamed.variables).filter(|[old, _]| is_set(old));
    let warning = |[old, new]: [&str; 2]| format!("{old} is deprecated: use {new} instead");
    flags.chain(variables).map(warning).collect()
}

fn is_set(variable: &str) -> bool {
    env::var_os(variable).is_some_and(|value| !value.is_empty())
}
