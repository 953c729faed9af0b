//! Lists: what a URL asks of one, and the page that shows it.

use askama::Template;
use chatapi_core::Result;
use chatapi_core::Timestamp;
use chatapi_core::http::Response;
use chatapi_core::search::SearchTerms;

use crate::request::AdminRequest;
use crate::store::{Found, Key, ListWindow, RowAnchor, RowCursor, SCANNED};
use crate::view::{Fragment, Frame, Link, number};

/// How far lists are counted.
pub(super) const BOUND: u64 = 10_000;

/// What a URL asks of a list.
pub(super) struct ListQuery<'a> {
    request: &'a AdminRequest,
    path: String,
    /// What is kept from page to page.
    params: Vec<(&'static str, String)>,
    sort: String,
}

/// What the list is sorted by.
#[derive(Clone, Copy)]
pub(super) enum Sorted {
    Id,
    Text,
    Time,
}

impl<'a> ListQuery<'a> {
    /// What is asked of the list at this path. It knows these parameters beside those that all lists have.
    pub(super) fn new(request: &'a AdminRequest, path: &str, known: &[&'static str], sort: &str) -> Self {
        let names = ["q", "sort"].iter().chain(known);
        let params = names.filter_map(|name| Some((*name, request.call.query(name)?.trim().to_owned())));
        let sort = request.call.query("sort").unwrap_or(sort).to_owned();
        Self { request, path: request.link(path), params: params.collect(), sort }
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn id(&self, name: &str) -> Option<i64> {
        self.get(name)?.parse().ok()
    }

    /// The column that is sorted by, and whether the greatest comes first.
    pub(super) fn sort(&self) -> (&str, bool) {
        self.sort.strip_prefix('-').map_or((&self.sort, false), |column| (column, true))
    }

    pub(super) fn search(&self) -> &str {
        self.get("q").unwrap_or_default()
    }

    /// The part of the list that is asked for.
    ///
    /// # Errors
    /// Where the search has more terms than one may have.
    pub(super) fn window(&self, sorted: Sorted) -> Result<ListWindow> {
        let place = |name| self.request.call.query(name).and_then(|text| cursor(text, sorted));
        let from = place("after").map(RowAnchor::After).or_else(|| place("before").map(RowAnchor::Before));
        Ok(ListWindow {
            descending: self.sort().1,
            from,
            size: self.request.site.options().page_size,
            search: SearchTerms::parse(&self.search().replace('\0', ""))?,
        })
    }

    /// The same list with one parameter otherwise, from its beginning.
    pub(super) fn with(&self, name: &str, value: Option<&str>) -> String {
        self.url(&[name], value.map(|value| (name, value)))
    }

    fn url(&self, less: &[&str], more: Option<(&str, &str)>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let kept = self.params.iter().filter(|(name, _)| !less.contains(name));
        query.extend_pairs(kept).extend_pairs(more);
        let query = query.finish();
        if query.is_empty() { self.path.clone() } else { format!("{}?{query}", self.path) }
    }

    /// A column's head: where the list can be sorted by it, a link that does so, or the other way around.
    pub(super) fn column(&self, label: &'static str, sort: Option<&str>) -> Column {
        let Some(column) = sort else { return Column { label, url: None, order: "" } };
        let (sorted, descending) = self.sort();
        let (order, next) = match (sorted == column, descending) {
            (true, false) => ("ascending", format!("-{column}")),
            (true, true) => ("descending", column.to_owned()),
            (false, _) => ("", column.to_owned()),
        };
        Column { label, url: Some(self.with("sort", Some(&next))), order }
    }

    /// A row of choices that leave out some of the list.
    pub(super) fn filter(&self, label: &'static str, name: &'static str, choices: &[(&str, &str)]) -> Filter {
        let chosen = self.get(name).unwrap_or_default();
        let choice = |value: &str, text: &str| Choice {
            link: Link::new(text, self.with(name, (!value.is_empty()).then_some(value))),
            is_chosen: chosen == value,
        };
        let all = std::iter::once(choice("", "All"));
        Filter {
            label,
            choices: all.chain(choices.iter().map(|(value, text)| choice(value, text))).collect(),
        }
    }

    /// What the list is narrowed to by a parameter, with the link that takes it away.
    pub(super) fn only(&self, name: &'static str, text: impl Into<String>) -> Link {
        Link::new(text, self.with(name, None))
    }

    fn pager<T>(&self, found: &Found<T>) -> Pager {
        let link = |name, cursor: &RowCursor| self.url(&[], Some((name, text_of(cursor).as_str())));
        let (first, last) = (found.rows.first(), found.rows.last());
        let is_backward =
            self.request.call.query("before").is_some() && self.request.call.query("after").is_none();
        let onward = if is_backward { "before" } else { "after" };
        Pager {
            is_inside: found.has_before,
            start: self.url(&[], None),
            previous: first.filter(|_| found.has_before).map(|(cursor, _)| link("before", cursor)),
            next: last.filter(|_| found.has_after).map(|(cursor, _)| link("after", cursor)),
            further: found.looked_up_to.as_ref().map(|cursor| link(onward, cursor)),
        }
    }
}

/// The text of a place: an id, and the key after it.
fn text_of(cursor: &RowCursor) -> String {
    match &cursor.key {
        Key::Id => cursor.id.to_string(),
        Key::Text(text) => format!("{},{text}", cursor.id),
        Key::Time(at) => format!("{},{}", cursor.id, at.as_micros()),
    }
}

fn cursor(text: &str, sorted: Sorted) -> Option<RowCursor> {
    let (id, key) = text.split_once(',').unwrap_or((text, ""));
    let key = match sorted {
        Sorted::Id => Key::Id,
        Sorted::Text if key.contains('\0') => return None,
        Sorted::Text => Key::Text(key.to_owned()),
        Sorted::Time => Key::Time(Timestamp::from_micros(key.parse().ok()?)),
    };
    Some(RowCursor { key, id: id.parse().ok()? })
}

/// A column's head.
pub(super) struct Column {
    pub(super) label: &'static str,
    pub(super) url: Option<String>,
    pub(super) order: &'static str,
}

/// A row of the table.
pub(super) struct Row {
    pub(super) id: i64,
    /// What the box that selects it is called.
    pub(super) name: String,
    pub(super) is_selectable: bool,
    pub(super) cells: Vec<Vec<Fragment>>,
}

pub(super) struct Filter {
    pub(super) label: &'static str,
    pub(super) choices: Vec<Choice>,
}

pub(super) struct Choice {
    pub(super) link: Link,
    pub(super) is_chosen: bool,
}

pub(super) struct Pager {
    is_inside: bool,
    start: String,
    previous: Option<String>,
    next: Option<String>,
    /// Where a search goes on.
    further: Option<String>,
}

/// The page of a list.
#[derive(Template)]
#[template(path = "list.html")]
pub(super) struct List {
    pub(super) frame: Frame,
    pub(super) path: String,
    /// What can be searched; nothing where there is no search.
    pub(super) searches: &'static str,
    pub(super) search: String,
    /// What a search keeps of the list.
    pub(super) kept: Vec<(&'static str, String)>,
    pub(super) filters: Vec<Filter>,
    pub(super) only: Vec<Link>,
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Row>,
    /// What can be done with what is selected: values and labels.
    pub(super) actions: Vec<(&'static str, &'static str)>,
    pub(super) add: Option<Link>,
    /// How many there are.
    pub(super) total: String,
    pub(super) pager: Pager,
    /// What is said where there is nothing.
    pub(super) empty: &'static str,
    scanned: String,
}

impl List {
    pub(super) fn new<T>(
        asked: &ListQuery<'_>,
        frame: Frame,
        found: &Found<T>,
        columns: Vec<Column>,
    ) -> Self {
        let kept = asked.params.iter().filter(|(name, _)| *name != "q").cloned().collect();
        Self {
            frame,
            path: asked.path.clone(),
            searches: "",
            search: asked.search().to_owned(),
            kept,
            filters: Vec::new(),
            only: Vec::new(),
            columns,
            rows: Vec::new(),
            actions: Vec::new(),
            add: None,
            total: String::new(),
            pager: asked.pager(found),
            empty: "Nothing yet.",
            scanned: number(u64::from(SCANNED), u64::MAX),
        }
    }

    pub(super) fn answer(self, request: &AdminRequest) -> Result<Response> {
        request.page(&self)
    }

    fn is_narrowed(&self) -> bool {
        let is_chosen = |filter: &Filter| filter.choices.iter().skip(1).any(|choice| choice.is_chosen);
        !self.search.is_empty() || !self.only.is_empty() || self.filters.iter().any(is_chosen)
    }
}
