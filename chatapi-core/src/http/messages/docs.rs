//! What the document says of `/messages/`.

use http::StatusCode;

use crate::http::doc::{Doc, Parameter, Property, Record, Shape};
use crate::http::listed::{AMOUNT, COUNT, LIMITS, NEXT, OFFSET, PAGE, PREVIOUS, TOTAL};

pub(super) const ID: Parameter =
    Parameter::new("id", Shape::Within { least: 0, most: i64::MAX }, "The message's id.").example("1");

pub(super) const LIST: Doc = Doc::new("list_messages", "List and search messages")
    .about(
        "The messages of the rooms that you are in, the oldest first, in pages by number.\n\nWith `search` those that have \
         every word somewhere; with `q` those that are about the words, the best first. With `before`, `after`, `around`, \
         `order`, or `limit` alone, the response is a cursor page: the messages next to a message or to an end of the list, \
         at the same cost at any depth, none of them missed or shown twice when others are sent or deleted meanwhile. `limit` \
         with `offset` asks for a part of the list by number. `q` cannot be combined with `search`, nor with cursor pages; nor \
         can `page` or `offset` with `before`, `after`, `around` and `order`.",
    )
    .query(QUERY)
    .refuses(&[StatusCode::BAD_REQUEST])
    .answers(StatusCode::OK, ANSWERS);

pub(super) const CREATE: Doc = Doc::new("send_message", "Send a message")
    .about("To a room that you are in.")
    .answers(StatusCode::CREATED, Shape::Record(&MESSAGE))
    .refuses(&[StatusCode::FORBIDDEN])
    .asks_hooks();

pub(super) const READ: Doc = Doc::new("read_message", "Read a message")
    .about("For the members of its room.")
    .answers(StatusCode::OK, Shape::Record(&MESSAGE));

pub(super) const REPLACE: Doc = Doc::new("replace_message", "Replace a message")
    .about("For its author. `content` is replaced; `room` must be one that you are in, and the message stays where it is.")
    .answers(StatusCode::OK, Shape::Record(&MESSAGE))
    .refuses(&[StatusCode::FORBIDDEN])
    .asks_hooks();

pub(super) const UPDATE: Doc = Doc::new("update_message", "Change a message")
    .about("For its author. What is left out stays as it is.")
    .answers(StatusCode::OK, Shape::Record(&MESSAGE))
    .refuses(&[StatusCode::FORBIDDEN])
    .asks_hooks();

pub(super) const DELETE: Doc = Doc::new("delete_message", "Delete a message")
    .about("For its author.")
    .answers_nothing()
    .refuses(&[StatusCode::FORBIDDEN]);

/// The one that has more required properties comes first: what tries them in turn would take it for the other.
const ANSWERS: Shape = Shape::Either(&[Shape::Record(&BY_PLACE), Shape::Record(&BY_NUMBER)]);

const QUERY: &[Parameter] = &[
    Parameter::new("room", Shape::Integer, "Of this room alone.").example("1"),
    Parameter::new("user", Shape::Integer, "By this author alone.").example("1"),
    Parameter::new(
        "search",
        Shape::Text,
        "Messages with every one of these words, as a part of any word and in any case; quotes keep words together. At \
         most 50 different words, with 2,000 characters.",
    )
    .example("\"tea\""),
    Parameter::new(
        "q",
        Shape::Text,
        "Messages about these words, whatever their endings: `tea -milk OR \"green tea\" from:ann after:2026-01-31`.",
    )
    .example("\"tea -milk\""),
    Parameter::new("sort", Shape::Choice(&["relevance", "recent"]), "The order of what `q` finds: the best matches first, which is the default, or the newest. Other values are ignored."),
    Parameter::new(
        "highlight",
        Shape::Choice(&["true", "false"]),
        "Whether the response has `highlights`: where in each message the search matched, the first 1,000 places. Other \
         values are ignored.",
    ),
    PAGE,
    COUNT,
    Parameter::new(
        "limit",
        LIMITS,
        "The number of messages of a cursor page, 50 by default, or with `offset` of a page by offset. More than 100 is served as \
         100; with `page` it is ignored.",
    )
    .example("50"),
    OFFSET,
    Parameter::new(
        "order",
        Shape::Choice(&["newest", "oldest"]),
        "The end at which cursor pages begin. Other values are ignored.",
    ),
    Parameter::new("before", Shape::Text, PLACE).example("\"2026-01-31T08:00:00.000000Z,7\""),
    Parameter::new("after", Shape::Text, PLACE).example("\"7\""),
    Parameter::new("around", Shape::Text, PLACE).example("\"7\""),
];

const PLACE: &str = "A page next to a message: its id, or its `created_at` and its id with a comma between, which outlast it.";

const MESSAGE: Record = Record::new(
    "Message",
    "A message.",
    &[
        Property::new("id", Shape::Integer, "Its id.").example("7"),
        Property::new("content", Shape::Prose, "Its text.").example("\"Hello, tea drinkers\""),
        Property::new("created_at", Shape::Moment, "When it was sent.")
            .example("\"2026-01-31T08:00:00.000000Z\""),
        Property::new("updated_at", Shape::Moment, "When it was last changed; when it was sent, if never.")
            .example("\"2026-01-31T08:00:00.000000Z\""),
        Property::new("user", Shape::Integer, "The id of its author.").example("1"),
        Property::new("room", Shape::Integer, "The id of its room.").example("1"),
    ],
);

const RESULTS: Property =
    Property::new("results", Shape::List(&Shape::Record(&MESSAGE)), "The messages of this page.");

const BY_NUMBER: Record = Record::new(
    "PageOfMessages",
    "A page of messages, by its number or by an offset.",
    &[TOTAL, NEXT, PREVIOUS, RESULTS, HIGHLIGHTS],
);

const BY_PLACE: Record = Record::new(
    "CursorPageOfMessages",
    "A cursor page of messages.",
    &[
        Property::new("count", AMOUNT, "The number of messages in the list, if `count` asks for it.")
            .now_and_then()
            .example("1"),
        RESULTS,
        Property::new("has_more_before", Shape::Boolean, "Whether there are older messages.")
            .example("false"),
        Property::new("has_more_after", Shape::Boolean, "Whether there are newer messages.").example("false"),
        NEXT,
        PREVIOUS,
        HIGHLIGHTS,
    ],
);

const HIGHLIGHTS: Property = Property::new(
    "highlights",
    Shape::List(&Shape::Record(&HIGHLIGHTED)),
    "Where each message matched, with `highlight=true`.",
)
.now_and_then();

const HIGHLIGHTED: Record = Record::new(
    "Highlighted",
    "Where a message matched.",
    &[
        Property::new("id", Shape::Integer, "The id of the message.").example("7"),
        Property::new("ranges", Shape::List(&Shape::Record(&RANGE)), "What matched, in its order."),
    ],
);

const RANGE: Record = Record::new(
    "Range",
    "A part of a text that matched.",
    &[
        Property::new("start", AMOUNT, "Where it begins, in UTF-16 code units.").example("7"),
        Property::new("end", AMOUNT, "Where it ends, in UTF-16 code units.").example("10"),
        Property::new("start_byte", AMOUNT, "Where it begins, in bytes of UTF-8.").example("7"),
        Property::new("end_byte", AMOUNT, "Where it ends, in bytes of UTF-8.").example("10"),
    ],
);
