//! What the document says of `/messages/`.

use http::StatusCode;

use crate::http::doc::{Doc, Parameter, Property, Record, Shape};
use crate::http::pagination_docs::{AMOUNT, COUNT, LIMITS, NEXT, OFFSET, PAGE, PREVIOUS, TOTAL};

pub(super) const ID: Parameter =
    Parameter::new("id", Shape::Within { least: 0, most: i64::MAX }, "The id of the message.").example("1");

pub(super) const LIST: Doc = Doc::new("list_messages", "List and search messages")
    .about(
        "Returns the messages of the rooms that you are a member of, oldest first, as numbered pages.\n\n`search` selects messages \
         that contain every search term; `q` is a ranked search for words, best matches first. With `before`, `after`, `around`, \
         `order`, or `limit` without `offset`, the response is a cursor page: the messages next to a given message or at one end \
         of the list. A cursor page costs the same at any depth, and paging neither skips nor repeats messages when others are \
         sent or deleted in the meantime. `limit` with `offset` returns a part of the numbered list. `q` cannot be combined with \
         `search` or with cursor pages; `page` and `offset` cannot be combined with `before`, `after`, `around` or `order`.",
    )
    .query(QUERY)
    .refuses(&[StatusCode::BAD_REQUEST])
    .answers(StatusCode::OK, ANSWERS);

pub(super) const CREATE: Doc = Doc::new("send_message", "Send a message")
    .about("Only members of the room may send messages to it.")
    .answers(StatusCode::CREATED, Shape::Record(&MESSAGE))
    .refuses(&[StatusCode::FORBIDDEN])
    .asks_hooks();

pub(super) const READ: Doc = Doc::new("read_message", "Read a message")
    .about("Only members of its room may read a message.")
    .answers(StatusCode::OK, Shape::Record(&MESSAGE));

pub(super) const REPLACE: Doc = Doc::new("replace_message", "Replace a message")
    .about(
        "Only its author may replace a message. Only `content` changes: `room` is required and must be a room that you are a \
         member of, but the message is not moved.",
    )
    .answers(StatusCode::OK, Shape::Record(&MESSAGE))
    .refuses(&[StatusCode::FORBIDDEN])
    .asks_hooks();

pub(super) const UPDATE: Doc = Doc::new("update_message", "Change a message")
    .about("Only its author may change a message. Omitted fields keep their values.")
    .answers(StatusCode::OK, Shape::Record(&MESSAGE))
    .refuses(&[StatusCode::FORBIDDEN])
    .asks_hooks();

pub(super) const DELETE: Doc = Doc::new("delete_message", "Delete a message")
    .about("Only its author may delete a message.")
    .answers_nothing()
    .refuses(&[StatusCode::FORBIDDEN]);

/// The one that has more required properties comes first: what tries them in turn would take it for the other.
const ANSWERS: Shape = Shape::Either(&[Shape::Record(&BY_PLACE), Shape::Record(&BY_NUMBER)]);

const QUERY: &[Parameter] = &[
    Parameter::new("room", Shape::Integer, "Only messages of the room with this id.").example("1"),
    Parameter::new("user", Shape::Integer, "Only messages by the user with this id.").example("1"),
    Parameter::new(
        "search",
        Shape::Text,
        "Only messages that contain every search term, as a substring and ignoring case. Terms are separated by whitespace or \
         commas; quotes group several words into one term. At most 50 different terms with 2,000 characters in total.",
    )
    .example("\"tea\""),
    Parameter::new(
        "q",
        Shape::Text,
        "A ranked search for words, ignoring their endings: `tea -milk OR \"green tea\" from:ann after:2026-01-31`.",
    )
    .example("\"tea -milk\""),
    Parameter::new(
        "sort",
        Shape::Choice(&["relevance", "recent"]),
        "The order of the results of `q`: best matches first (the default) or newest first. Other values are ignored.",
    ),
    Parameter::new(
        "highlight",
        Shape::Choice(&["true", "false"]),
        "Whether the response contains `highlights`: the ranges of each message that match the search, at most 1,000 per message. \
         Other values are ignored.",
    ),
    PAGE,
    COUNT,
    Parameter::new(
        "limit",
        LIMITS,
        "The number of messages on a cursor page, 50 by default, or on a page by `offset`. Values above 100 count as 100. Ignored \
         with `page`.",
    )
    .example("50"),
    OFFSET,
    Parameter::new(
        "order",
        Shape::Choice(&["newest", "oldest"]),
        "The end of the list at which cursor pages start, unless `before`, `after` or `around` is given. Other values are ignored.",
    ),
    Parameter::new("before", Shape::Text, PLACE).example("\"2026-01-31T08:00:00.000000Z,7\""),
    Parameter::new("after", Shape::Text, PLACE).example("\"7\""),
    Parameter::new("around", Shape::Text, PLACE).example("\"7\""),
];

const PLACE: &str = "The anchor of a cursor page: the id of a message, or a cursor, which consists of the `created_at` and the \
                     `id` of a message, separated by a comma, and remains valid after the message is deleted.";

const MESSAGE: Record = Record::new(
    "Message",
    "A message.",
    &[
        Property::new("id", Shape::Integer, "The id of the message.").example("7"),
        Property::new("content", Shape::Prose, "The text of the message.").example("\"Hello, tea drinkers\""),
        Property::new("created_at", Shape::Moment, "The time at which the message was sent.")
            .example("\"2026-01-31T08:00:00.000000Z\""),
        Property::new(
            "updated_at",
            Shape::Moment,
            "The time of the last change; equal to `created_at` if the message was never changed.",
        )
        .example("\"2026-01-31T08:00:00.000000Z\""),
        Property::new("user", Shape::Integer, "The id of the author.").example("1"),
        Property::new("room", Shape::Integer, "The id of the room.").example("1"),
    ],
);

const RESULTS: Property =
    Property::new("results", Shape::List(&Shape::Record(&MESSAGE)), "The messages on this page.");

const BY_NUMBER: Record = Record::new(
    "PageOfMessages",
    "A page of messages, by page number or by offset.",
    &[TOTAL, NEXT, PREVIOUS, RESULTS, HIGHLIGHTS],
);

const BY_PLACE: Record = Record::new(
    "CursorPageOfMessages",
    "A cursor page of messages.",
    &[
        Property::new(
            "count",
            AMOUNT,
            "The number of messages in the list; present if the request asks for it with `count`.",
        )
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
    "The matching ranges of each message; present with `highlight=true`.",
)
.now_and_then();

const HIGHLIGHTED: Record = Record::new(
    "Highlighted",
    "The matching ranges of a message.",
    &[
        Property::new("id", Shape::Integer, "The id of the message.").example("7"),
        Property::new(
            "ranges",
            Shape::List(&Shape::Record(&RANGE)),
            "The ranges, in the order in which they occur.",
        ),
    ],
);

const RANGE: Record = Record::new(
    "Range",
    "A matching range of a text.",
    &[
        Property::new("start", AMOUNT, "The start of the range, in UTF-16 code units.").example("7"),
        Property::new("end", AMOUNT, "The end of the range (exclusive), in UTF-16 code units.").example("10"),
        Property::new("start_byte", AMOUNT, "The start of the range, in UTF-8 bytes.").example("7"),
        Property::new("end_byte", AMOUNT, "The end of the range (exclusive), in UTF-8 bytes.").example("10"),
    ],
);
