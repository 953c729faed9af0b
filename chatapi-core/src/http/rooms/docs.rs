//! What the document says of `/rooms/`.

use http::StatusCode;

use crate::http::doc::{Doc, Parameter, Property, Record, Shape};
use crate::http::pagination_docs::{COUNT, LIMIT, NEXT, OFFSET, PAGE, PREVIOUS, TOTAL};

pub(super) const ID: Parameter =
    Parameter::new("id", Shape::Within { least: 0, most: i64::MAX }, "The id of the room.").example("1");

pub(super) const LIST: Doc = Doc::new("list_rooms", "List your rooms")
    .about(
        "Returns the rooms that you are a member of, ordered by id, with the first 100 members of each. The header \
         `X-Members-Truncated` lists the ids of the rooms that have more members; `GET /rooms/{id}/` returns all of them.",
    )
    .query(PAGED)
    .answers(StatusCode::OK, Shape::Record(&PAGE_OF_ROOMS));

pub(super) const CREATE: Doc = Doc::new("create_room", "Create a room")
    .about(
        "You become the admin of the room. `users` are its members; they must include you or, if the request names an `admin`, that \
         user.",
    )
    .answers(StatusCode::CREATED, Shape::Record(&ROOM));

pub(super) const READ: Doc = Doc::new("read_room", "Read a room")
    .about("Only members may read a room.")
    .answers(StatusCode::OK, Shape::Record(&ROOM))
    .refuses(&[StatusCode::FORBIDDEN]);

pub(super) const REPLACE: Doc = Doc::new("replace_room", "Replace a room")
    .about(
        "Only its admin may replace a room. `users` replaces the members; `admin` makes one of them the new admin.",
    )
    .answers(StatusCode::OK, Shape::Record(&ROOM))
    .refuses(CHANGES);

pub(super) const UPDATE: Doc = Doc::new("update_room", "Change a room")
    .about("Only its admin may change a room. Omitted fields keep their values.")
    .answers(StatusCode::OK, Shape::Record(&ROOM))
    .refuses(CHANGES);

pub(super) const DELETE: Doc = Doc::new("delete_room", "Delete a room")
    .about("Only its admin may delete a room. Its messages are deleted with it.")
    .answers_nothing()
    .refuses(CHANGES);

const PAGED: &[Parameter] = &[PAGE, LIMIT, OFFSET, COUNT];

/// Others may be changing the room, and go on until it is given up.
const CHANGES: &[StatusCode] = &[StatusCode::FORBIDDEN, StatusCode::CONFLICT];

const ROOM: Record = Record::new(
    "Room",
    "A room and its members.",
    &[
        Property::new("id", Shape::Integer, "The id of the room.").example("1"),
        Property::new("name", Shape::Text, "The name of the room, at most 100 characters.")
            .example("\"Tea\""),
        Property::new(
            "admin",
            Shape::Nullable(&Shape::Integer),
            "The id of the admin; null if that account was deleted.",
        )
        .example("1"),
        Property::new("users", Shape::List(&Shape::Record(&MEMBER)), "The members, ordered by id."),
    ],
);

const MEMBER: Record = Record::new(
    "Member",
    "A member of a room.",
    &[
        Property::new("id", Shape::Integer, "The id of the user.").example("1"),
        Property::new("username", Shape::Text, "The username.").example("\"alice\""),
        Property::new(
            "email",
            Shape::Text,
            "The email address; may be empty. Servers can be configured to show addresses only to staff.",
        )
        .example("\"alice@example.org\""),
    ],
);

const PAGE_OF_ROOMS: Record = Record::new(
    "PageOfRooms",
    "A page of rooms.",
    &[
        TOTAL,
        NEXT,
        PREVIOUS,
        Property::new("results", Shape::List(&Shape::Record(&ROOM)), "The rooms on this page."),
    ],
);
