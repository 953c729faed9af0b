use super::*;

const NOBODY: [&str; 4] = [""; 4];
const LIKE_USERNAME: &str = "The password is too similar to the username.";
const LIKE_FIRST_NAME: &str = "The password is too similar to the first name.";
const LIKE_LAST_NAME: &str = "The password is too similar to the last name.";
const LIKE_EMAIL: &str = "The password is too similar to the email address.";
const TOO_SHORT: &str = "This password is too short. It must contain at least 8 characters.";
const TOO_COMMON: &str = "This password is too common.";
const NUMERIC: &str = "This password is entirely numeric.";

type Case = (&'static str, [&'static str; 4], &'static [&'static str]);

/// A password; the username, first name, last name and email address; what Django 5.0.6 answers.
#[rustfmt::skip]
const CASES: &[Case] = &[
    ("", NOBODY, &[TOO_SHORT]),
    ("short", NOBODY, &[TOO_SHORT]),
    ("seven77", NOBODY, &[TOO_SHORT, TOO_COMMON]),
    ("eight888x", NOBODY, &[]),
    ("qzxvwkpl", NOBODY, &[]),
    ("ééééééé", NOBODY, &[TOO_SHORT]),
    ("éñüöäåøß", NOBODY, &[]),
    ("🔑🔑🔑🔑🔑🔑🔑", NOBODY, &[TOO_SHORT]),
    ("🔑🔑🔑🔑🔑🔑🔑🔒", NOBODY, &[]),
    ("e\u{301}e\u{301}e\u{301}e\u{301}", NOBODY, &[]),
    ("password", NOBODY, &[TOO_COMMON]),
    (" PASSWORD\u{9}", NOBODY, &[TOO_COMMON]),
    ("\u{1c}PassWord\u{1f}", NOBODY, &[TOO_COMMON]),
    ("Пароль", NOBODY, &[TOO_SHORT, TOO_COMMON]),
    ("йцукен", NOBODY, &[TOO_SHORT, TOO_COMMON]),
    ("я", NOBODY, &[TOO_SHORT, TOO_COMMON]),
    ("friend of emily", NOBODY, &[TOO_COMMON]),
    ("abc123", NOBODY, &[TOO_SHORT, TOO_COMMON]),
    ("1234", NOBODY, &[TOO_SHORT, TOO_COMMON, NUMERIC]),
    ("12345678", NOBODY, &[TOO_COMMON, NUMERIC]),
    ("1029384756", NOBODY, &[TOO_COMMON, NUMERIC]),
    ("74839201847362", NOBODY, &[NUMERIC]),
    ("٣٤٥٦٧٨٩٠١", NOBODY, &[NUMERIC]),
    ("²²²²³³³³", NOBODY, &[NUMERIC]),
    ("①②③④⑤⑥⑦⑧", NOBODY, &[NUMERIC]),
    ("½½½½½½½½", NOBODY, &[]),
    ("一二三四五六七八", NOBODY, &[]),
    ("1234567 8", NOBODY, &[]),
    ("-12345678", NOBODY, &[]),
    ("0x12345678", NOBODY, &[]),
    ("julia.smith", ["julia.smith", "", "", ""], &[LIKE_USERNAME]),
    ("JuliaSmith", ["julia.smith", "", "", ""], &[LIKE_USERNAME]),
    ("htims.ailuj", ["julia.smith", "", "", ""], &[LIKE_USERNAME]),
    ("juliasmith99!", ["julia.smith", "", "", ""], &[LIKE_USERNAME]),
    ("juliasmith-9876", ["julia.smith", "", "", ""], &[LIKE_USERNAME]),
    ("julia", ["julia", "", "", ""], &[LIKE_USERNAME, TOO_SHORT, TOO_COMMON]),
    ("1julia11", ["julia", "", "", ""], &[LIKE_USERNAME]),
    ("1julia1", ["julia", "", "", ""], &[LIKE_USERNAME, TOO_SHORT]),
    ("margarets1", ["", "Margaret", "", ""], &[LIKE_FIRST_NAME]),
    ("margaret-thatch", ["", "Margaret", "Thatcher", ""], &[]),
    ("thatcher!", ["mt", "Margaret", "Thatcher", ""], &[LIKE_LAST_NAME]),
    ("Thatcher1", ["thatcher", "Thatcher", "Thatcher", "thatcher@x.org"], &[LIKE_USERNAME]),
    ("example.com", ["", "", "", "someone@example.com"], &[LIKE_EMAIL]),
    ("someone1", ["", "", "", "someone@example.com"], &[LIKE_EMAIL, TOO_COMMON]),
    ("someoneexample", ["", "", "", "someone@example.com"], &[LIKE_EMAIL]),
    ("moc.elpmaxe@enoemos", ["", "", "", "someone@example.com"], &[LIKE_EMAIL]),
    ("example1", ["u", "", "", "a@example.org"], &[LIKE_EMAIL]),
    ("xxxxxxxx", ["x", "", "", ""], &[TOO_COMMON]),
    ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", ["aaa", "", "", ""], &[]),
    ("abababababababababababababababababababababababababababababababababababababababab", ["ababababababababababababababababab", "", "", ""], &[]),
    ("abcdefg", ["abcdefg1", "", "", ""], &[LIKE_USERNAME, TOO_SHORT, TOO_COMMON]),
    ("ЖАННАжанна", ["жаннажанна", "", "", ""], &[LIKE_USERNAME]),
    ("Straße123", ["strasse", "Straße", "", ""], &[LIKE_FIRST_NAME]),
    ("STRASSE1", ["straße1", "", "", ""], &[LIKE_USERNAME]),
    ("ΣΊΣΥΦΟΣ1", ["σίσυφος", "", "", ""], &[LIKE_USERNAME]),
    ("İSTANBUL", ["istanbul", "", "", ""], &[LIKE_USERNAME]),
    ("ISTANBUL", ["İstanbul", "", "", ""], &[LIKE_USERNAME, TOO_COMMON]),
    ("रामरामराम", ["", "राम राम", "", ""], &[LIKE_FIRST_NAME]),
    ("नमस्ते12", ["", "", "नमस्ते", ""], &[LIKE_LAST_NAME]),
    ("Ⓐⓑⓒⓓⓔⓕⓖⓗ", ["", "ⓐⒷⓒⓓⓔⓕⓖⓗ", "", ""], &[LIKE_FIRST_NAME]),
    ("san_francisco", ["san_francisco@home", "", "", ""], &[LIKE_USERNAME]),
    ("françois", ["", "François", "", ""], &[LIKE_FIRST_NAME]),
    ("franc\u{327}ois", ["", "François", "", ""], &[LIKE_FIRST_NAME]),
    ("", [".dot.", "", "", ""], &[LIKE_USERNAME, TOO_SHORT]),
    ("", ["do..t", "", "", ""], &[TOO_SHORT]),
    ("12345678", ["12345678", "", "", "1@2.3"], &[LIKE_USERNAME, TOO_COMMON, NUMERIC]),
    ("password1", ["password", "", "", "password@password.com"], &[LIKE_USERNAME, TOO_COMMON]),
    ("12345", ["12345", "", "", ""], &[LIKE_USERNAME, TOO_SHORT, TOO_COMMON, NUMERIC]),
];

#[test]
fn every_password_is_answered_as_django_answers_it() {
    let rules = PasswordRules::default();
    for (password, [username, first_name, last_name, email], expected) in CASES {
        let about = [
            ("username", *username),
            ("first name", *first_name),
            ("last name", *last_name),
            ("email address", *email),
        ];
        assert_eq!(rules.check(password, &about), *expected, "{password:?} {about:?}");
    }
}

#[test]
fn a_single_character_is_singular() {
    let rules = PasswordRules { min_length: 1, ..PasswordRules::default() };
    assert_eq!(rules.check("", &[]), ["This password is too short. It must contain at least 1 character."]);
}

#[test]
fn a_rule_can_be_put_aside() {
    let about = [("username", "12345")];
    let rules =
        PasswordRules { max_similarity: 1.1, min_length: 0, refuse_common: false, refuse_numeric: false };
    assert!(rules.check("12345", &about).is_empty());
    assert_eq!(PasswordRules { refuse_numeric: true, ..rules }.check("12345", &about), [NUMERIC]);
}

#[test]
fn a_stricter_similarity_finds_more() {
    let about = [("username", "margaret")];
    let rules = PasswordRules { max_similarity: 0.4, ..PasswordRules::default() };
    assert_eq!(rules.check("margin-of-error", &about), [LIKE_USERNAME]);
    assert!(PasswordRules::default().check("margin-of-error", &about).is_empty());
}
