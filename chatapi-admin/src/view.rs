//! What pages are made of. Every text is escaped where it is written; what is safe is the templates alone.

use askama::Template;
use askama::filters::HtmlSafe;
use chatapi_core::Timestamp;
use chatapi_core::permission::{Level, may_change};
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use crate::http::assets;
use crate::request::AdminRequest;

/// A message after an action.
pub(crate) struct Note {
    pub(crate) is_good: bool,
    pub(crate) text: String,
}

/// What surrounds each page.
pub(crate) struct Frame {
    pub(crate) site: String,
    pub(crate) title: String,
    pub(crate) section: &'static str,
    pub(crate) base: String,
    pub(crate) style: String,
    pub(crate) script: String,
    pub(crate) icon: String,
    pub(crate) visitor: Option<Name>,
    pub(crate) may_change: bool,
    pub(crate) form_token: String,
    pub(crate) note: Option<Note>,
    /// The pages above this one: their names and links.
    pub(crate) above: Vec<Link>,
}

/// Who is logged in.
pub(crate) struct Name {
    pub(crate) username: String,
    pub(crate) level: &'static str,
}

impl Frame {
    pub(crate) fn new(
        request: &AdminRequest,
        title: String,
        section: &'static str,
        note: Option<Note>,
    ) -> Self {
        let visitor = request.visitor.as_ref();
        let asset = |file: &str| request.link(&format!("/static/{file}"));
        Self {
            site: request.site.options().title.clone(),
            title,
            section,
            base: request.base.clone(),
            style: asset(assets::style()),
            script: asset(assets::script()),
            icon: asset(assets::icon()),
            visitor: visitor
                .map(|visitor| Name { username: visitor.user.username.clone(), level: label(visitor.level) }),
            may_change: visitor.is_some_and(|visitor| may_change(visitor.level)),
            form_token: visitor.map(|visitor| visitor.form_token.clone()).unwrap_or_default(),
            note,
            above: Vec::new(),
        }
    }

    /// Under these pages.
    pub(crate) fn under(mut self, above: impl IntoIterator<Item = Link>) -> Self {
        self.above.extend(above);
        self
    }
}

/// What pages call a level.
fn label(level: Level) -> &'static str {
    match level {
        Level::Superuser => "superuser",
        Level::Staff => "staff",
        Level::Viewer => "view only",
    }
}

/// A text that leads somewhere.
#[derive(Clone)]
pub(crate) struct Link {
    pub(crate) text: String,
    pub(crate) url: String,
}

impl Link {
    pub(crate) fn new(text: impl Into<String>, url: impl Into<String>) -> Self {
        Self { text: text.into(), url: url.into() }
    }
}

/// How a field is filled in.
pub(crate) enum Input {
    /// A line: the type of the element.
    Line(&'static str),
    /// Several lines.
    Area,
    /// A box to tick.
    Tick,
}

/// A field of a form, with what is wrong with it.
#[derive(Template)]
#[template(path = "field.html")]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) value: String,
    pub(crate) input: Input,
    pub(crate) help: &'static str,
    pub(crate) faults: Vec<String>,
    pub(crate) is_required: bool,
    /// Where completions are asked for while somebody types, and whether each line is one.
    pub(crate) suggest: Option<String>,
    pub(crate) autocomplete: &'static str,
}

impl HtmlSafe for Field {}

impl Field {
    pub(crate) fn new(
        name: &'static str,
        label: &'static str,
        input: Input,
        value: impl Into<String>,
    ) -> Self {
        Self {
            name,
            label,
            value: value.into(),
            input,
            help: "",
            faults: Vec::new(),
            is_required: false,
            suggest: None,
            autocomplete: "off",
        }
    }

    pub(crate) fn line(name: &'static str, label: &'static str, value: impl Into<String>) -> Self {
        Self::new(name, label, Input::Line("text"), value)
    }

    pub(crate) fn area(name: &'static str, label: &'static str, value: impl Into<String>) -> Self {
        Self::new(name, label, Input::Area, value)
    }

    pub(crate) fn password(name: &'static str, label: &'static str) -> Self {
        let field = Self::new(name, label, Input::Line("password"), "").required();
        Self { autocomplete: "new-password", ..field }
    }

    pub(crate) fn tick(name: &'static str, label: &'static str, is_ticked: bool) -> Self {
        Self::new(name, label, Input::Tick, if is_ticked { "yes" } else { "" })
    }

    pub(crate) fn help(self, help: &'static str) -> Self {
        Self { help, ..self }
    }

    pub(crate) fn required(self) -> Self {
        Self { is_required: true, ..self }
    }

    pub(crate) fn suggest(self, url: String) -> Self {
        Self { suggest: Some(url), ..self }
    }

    pub(crate) fn describes(&self) -> bool {
        !self.help.is_empty() || !self.faults.is_empty()
    }
}

/// Part of a table's cell.
pub(crate) enum Fragment {
    /// A text.
    Text(String),
    /// A text that matters less.
    Faint(String),
    /// A link.
    Link(Link),
    /// A word on a coloured ground: `good`, `bad`, `key` or `plain`.
    Badge(&'static str, &'static str),
    /// A moment.
    Time(Timestamp),
}

impl Fragment {
    /// A cell with this text, or with nothing.
    pub(crate) fn some(text: &str) -> Vec<Self> {
        if text.is_empty() { Vec::new() } else { vec![Self::Text(text.to_owned())] }
    }

    /// A moment as people read it.
    pub(crate) fn shown(at: &Timestamp) -> String {
        const SHAPE: &[BorrowedFormatItem<'_>] =
            format_description!("[year]-[month]-[day] [hour]:[minute] UTC");
        OffsetDateTime::from(*at).format(SHAPE).unwrap_or_default()
    }
}

/// A whole number with commas between thousands, and a plus where there are more.
pub(crate) fn number(count: u64, bound: u64) -> String {
    let digits = count.min(bound).to_string();
    let mut shown = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    if count > bound {
        shown.push('+');
    }
    shown
}

/// `1 room`, `3 rooms`, `10,000+ rooms`.
pub(crate) fn number_of(count: u64, bound: u64, thing: &str) -> String {
    format!("{} {thing}{}", number(count, bound), if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_commas_and_tells_of_more() {
        assert_eq!(number(7, 10_000), "7");
        assert_eq!(number(1234, 10_000), "1,234");
        assert_eq!(number(10_001, 10_000), "10,000+");
        assert_eq!(number_of(1, 10, "room"), "1 room");
        assert_eq!(number_of(0, 10, "room"), "0 rooms");
    }
}
