use super::unicode::is_word;

/// Whether a password is as good as a value that others may know, or as one of the words in it.
///
/// Letter case does not count, nor does the order of characters: the measure is Python's
/// `difflib.SequenceMatcher.quick_ratio`.
pub(super) fn is_similar(password: &str, value: &str, max_similarity: f64) -> bool {
    if value.is_empty() {
        return false;
    }
    let password = sorted(&password.to_lowercase());
    let value = value.to_lowercase();
    words(&value).into_iter().chain([value.as_str()]).any(|part| {
        let part = sorted(part);
        !is_far_longer(password.len(), part.len(), max_similarity)
            && ratio(&password, &part) >= max_similarity
    })
}

/// The words of a text, and the empty text before a first or behind a last character that is part of none: what Python's
/// `re.split(r"\W+", text)` gives.
fn words(text: &str) -> Vec<&str> {
    let parts: Vec<&str> = text.split(|symbol| !is_word(symbol)).collect();
    let last = parts.len() - 1;
    let is_kept = |(index, part): &(usize, &str)| !part.is_empty() || *index == 0 || *index == last;
    parts.into_iter().enumerate().filter(is_kept).map(|(_, part)| part).collect()
}

/// Whether a password is too long, next to a part, to be similar to it. Lengths are in characters.
fn is_far_longer(password: usize, part: usize, max_similarity: f64) -> bool {
    password >= 10 * part && (part as f64) < max_similarity / 2.0 * password as f64
}

/// The share of characters that two sorted texts have in common, from 0 to 1.
fn ratio(one: &[char], other: &[char]) -> f64 {
    let total = one.len() + other.len();
    if total == 0 {
        return 1.0;
    }
    let (mut i, mut j, mut common) = (0, 0, 0);
    while i < one.len() && j < other.len() {
        if one[i] == other[j] {
            common += 1;
        }
        let (before, after) = (one[i] <= other[j], other[j] <= one[i]);
        i += usize::from(before);
        j += usize::from(after);
    }
    2.0 * f64::from(common) / total as f64
}

fn sorted(text: &str) -> Vec<char> {
    let mut symbols: Vec<char> = text.chars().collect();
    symbols.sort_unstable();
    symbols
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_split_as_python_splits_it() {
        assert_eq!(words("julia.smith@x-y"), ["julia", "smith", "x", "y"]);
        assert_eq!(words("a..b__c"), ["a", "b__c"]);
        assert_eq!(words("..a.."), ["", "a", ""]);
        assert_eq!(words("राम"), ["र", "म"]);
        assert_eq!(words("..."), ["", ""]);
        assert_eq!(words("été٣"), ["été٣"]);
    }

    #[test]
    fn the_ratio_counts_each_character_as_often_as_both_have_it() {
        let ratio = |one, other| ratio(&sorted(one), &sorted(other));
        assert_eq!(ratio("aab", "abb"), 2.0 * 2.0 / 6.0);
        assert_eq!(ratio("abc", "cba"), 1.0);
        assert_eq!(ratio("abc", ""), 0.0);
        assert_eq!(ratio("", ""), 1.0);
    }

    #[test]
    fn at_the_threshold_it_is_similar() {
        assert!(is_similar("abcdefgxyz", "abcdefg123", 0.7));
        assert!(!is_similar("abcdefwxyz", "abcdef0123", 0.7));
    }
}
