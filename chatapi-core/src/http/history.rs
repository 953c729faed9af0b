//! `/messages/` by place: `before`, `after`, `around`, `limit` and `order`.

use serde::Serialize;

use super::highlights::Highlighted;
use super::{Call, Response, reply};
use crate::error::{Error, FieldErrors, Result, no_choice, no_such_key, not_combined_with};
use crate::messages::{Beside, BesideRequest, History, HistoryRequest, Message, MessageFilter, Span};
use crate::page::Counting;
use crate::{ChatApi, MessageId};

/// The parameters that say which messages are wanted: one of them, if any.
const SPANS: [&str; 4] = ["before", "after", "around", "order"];

/// Messages a page, where the query does not say.
const LIMIT: u32 = 50;

/// The most messages a page.
const MOST: u32 = 100;

/// A page by place that is asked for.
pub(super) enum Asked {
    ByPlace(HistoryRequest),
    /// By a message's id; and the parameter that names it.
    ById(BesideRequest, &'static str),
}

impl Asked {
    /// The page; and the request for it by place.
    pub(super) async fn find(
        self,
        api: &ChatApi,
        call: &Call,
        filter: &MessageFilter,
    ) -> Result<(HistoryRequest, History)> {
        match self {
            Self::ByPlace(request) => Ok((request, api.history(filter, &request).await?)),
            Self::ById(request, name) => match api.history_beside(filter, &request).await? {
                Some((place, history)) => Ok((request.from(place), history)),
                None => Err(no_such_message(call, name)),
            },
        }
    }
}

/// The page by place that the query asks for; `None` where it asks for a page by number.
pub(super) fn asked(api: &ChatApi, call: &Call) -> Result<Option<Asked>> {
    let mut said = SPANS.into_iter().filter_map(|name| Some((name, call.query(name)?)));
    let (span, second, limit) = (said.next(), said.next(), call.query("limit"));
    let Some(first) = span.map(|(name, _)| name).or(limit.map(|_| "limit")) else {
        return Ok(None);
    };
    let mut errors = FieldErrors::default();
    if let Some((second, _)) = second {
        errors.add(second, not_combined_with(first));
    }
    if call.query("page").is_some() {
        errors.add("page", not_combined_with(first));
    }
    let limit = match limit.map(self::limit) {
        None => LIMIT,
        Some(Ok(limit)) => limit,
        Some(Err(fault)) => {
            errors.add("limit", fault);
            LIMIT
        }
    };
    errors.none()?;
    let counting = call.counting(api)?.unwrap_or(Counting::None);
    let by_place = |span| Ok(Some(Asked::ByPlace(HistoryRequest { span, limit, counting })));
    let Some((name, value)) = span else {
        return by_place(Span::Newest);
    };
    let beside = match (name, value) {
        ("before", _) => Beside::Before,
        ("after", _) => Beside::After,
        ("around", _) => Beside::Around,
        (_, "newest") => return by_place(Span::Newest),
        (_, "oldest") => return by_place(Span::Oldest),
        (name, other) => return Err(Error::field(name, no_choice(other))),
    };
    if let Ok(place) = value.parse() {
        return by_place(beside.from(place));
    }
    match crate::text::integer(value) {
        Some(Some(id)) => {
            let request = BesideRequest { message: MessageId(id), beside, limit, counting };
            Ok(Some(Asked::ById(request, name)))
        }
        Some(None) => Err(no_such_message(call, name)),
        None => {
            let fault = "Enter a message's id, or its created_at and its id with a comma between.";
            Err(Error::field(name, fault))
        }
    }
}

fn no_such_message(call: &Call, name: &'static str) -> Error {
    let value = call.query(name).unwrap_or_default();
    Error::field(name, no_such_key(crate::text::strip(value)))
}

/// 200: the messages, and the links to those before and after them.
pub(super) fn reply(
    call: &Call,
    request: &HistoryRequest,
    history: &History,
    highlights: Option<Vec<Highlighted>>,
) -> Result<Response> {
    #[derive(Serialize)]
    struct Shown<'a> {
        #[serde(skip_serializing_if = "Option::is_none")]
        count: Option<u64>,
        results: &'a [Message],
        has_more_before: bool,
        has_more_after: bool,
        next: Option<String>,
        previous: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        highlights: Option<Vec<Highlighted>>,
    }
    let History { results, has_more_before, has_more_after, count } = history;
    // Where nothing is shown, the place that was asked for is what its neighbours are next to.
    let asked = match request.span {
        Span::Before(place) | Span::After(place) | Span::Around(place) => Some(place),
        Span::Newest | Span::Oldest => None,
    };
    let (first, last) =
        (results.first().map(Message::place).or(asked), results.last().map(Message::place).or(asked));
    let is_newest_first = matches!(request.span, Span::Newest | Span::Before(_));
    let (oldest, newest) = if is_newest_first { (last, first) } else { (first, last) };
    let older = oldest.filter(|_| *has_more_before).map(|place| call.place_link("before", place));
    let newer = newest.filter(|_| *has_more_after).map(|place| call.place_link("after", place));
    let (next, previous) = if is_newest_first { (older, newer) } else { (newer, older) };
    let shown = Shown {
        count: count.number(),
        results,
        has_more_before: *has_more_before,
        has_more_after: *has_more_after,
        next,
        previous,
        highlights,
    };
    reply::counted(*count, &shown)
}

fn limit(text: &str) -> Result<u32, String> {
    let number = crate::text::integer(text).ok_or("A valid integer is required.")?;
    // What is past 64 bits is past every limit.
    let is_negative = text.contains('-');
    match number.unwrap_or(if is_negative { i64::MIN } else { i64::MAX }) {
        ..1 => Err("Ensure this value is greater than or equal to 1.".into()),
        number => u32::try_from(number)
            .ok()
            .filter(|number| *number <= MOST)
            .ok_or_else(|| format!("Ensure this value is less than or equal to {MOST}.")),
    }
}
