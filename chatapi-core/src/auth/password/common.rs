/// The list that Django 5.0 ships, sorted by bytes, one password a line; see `common-passwords.LICENSE`.
///
/// It is searched where it lies: nothing is built at the first use, and nothing of it is kept on the heap.
static LIST: &[u8] = include_bytes!("common-passwords.txt");

/// Whether a password is on the list; letter case and whitespace around it do not count.
pub(super) fn is_common(password: &str) -> bool {
    let password = password.to_lowercase();
    let wanted = password.trim_matches(is_python_space).as_bytes();

    // Whatever equals `wanted` begins in `from..to`, and both ends stand at the beginning of a line.
    let (mut from, mut to) = (0, LIST.len());
    while from < to {
        let middle = from + (to - from) / 2;
        let start =
            LIST[from..middle].iter().rposition(|byte| *byte == b'\n').map_or(from, |at| from + at + 1);
        let end = LIST[middle..to].iter().position(|byte| *byte == b'\n').map_or(to, |at| middle + at);
        match LIST[start..end].cmp(wanted) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => from = end + 1,
            std::cmp::Ordering::Greater => to = start,
        }
    }
    false
}

/// What Python's `str.strip` takes away: whitespace, and the four separators of ASCII.
fn is_python_space(symbol: char) -> bool {
    symbol.is_whitespace() || matches!(symbol, '\x1c'..='\x1f')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines() -> Vec<&'static str> {
        str::from_utf8(LIST).unwrap().lines().collect()
    }

    #[test]
    fn the_list_is_sorted_and_repeats_nothing() {
        let lines = lines();
        assert_eq!(lines.len(), 19_729);
        assert!(lines.is_sorted_by(|one, next| one.as_bytes() < next.as_bytes()));
        assert!(LIST.ends_with(b"\n") && !LIST.contains(&b'\r'));
    }

    #[test]
    fn every_line_is_written_as_it_is_looked_up_and_found() {
        for line in lines() {
            assert_eq!(line, line.to_lowercase().trim_matches(is_python_space));
            assert!(is_common(line), "{line}");
        }
    }

    #[test]
    fn what_differs_from_a_line_by_one_character_more_is_found_only_if_listed() {
        let lines = lines();
        for line in &lines {
            let longer = format!("{line}~");
            assert_eq!(is_common(&longer), lines.binary_search(&longer.as_str()).is_ok(), "{longer}");
        }
    }

    #[test]
    fn case_and_whitespace_around_do_not_count() {
        assert!(is_common("\u{a0} PassWord\x1f\n"));
        assert!(is_common("ПАРОЛЬ"));
        assert!(!is_common("pass word 1"));
    }

    #[test]
    fn neither_nothing_nor_several_lines_are_on_the_list() {
        assert!(!is_common(""));
        assert!(!is_common(" "));
        assert!(!is_common("password\npassword1"));
        assert!(!is_common("\u{10ffff}"));
        assert!(!is_common("\0"));
    }
}
