//! What the document says of `/rooms/`.

use http::StatusCode;

use crate::http::doc::{Doc, Parameter, Property, Record, Shape};
use crate::http::listed::{COUNT, LIMIT, NEXT, OFFSET, PAGE, PREVIOUS, TOTAL};

pub(super) const ID: Parameter =
    Parameter::new("id", Shape::Within { least: 0, most: i64::MAX }, "The room's id.").example("1");

pub(super) const LIST: Doc = Doc::new("list_rooms", "List your rooms")
    .about(
        "The rooms that you are in, by id, in pages, with the first 100 members of each. The header `X-Members-Truncated` \
         names the rooms that have more: `GET /rooms/{id}/` has them all.",
    )
    .query(PAGED)
    .answers(StatusCode::OK, Shape::Record(&PAGE_OF_ROOMS));

pub(super) const CREATE: Doc = Doc::new("create_room", "Make a room")
    .about("You are its admin. `users` are its members: you must be among them, or else the `admin` that you name must be.")
    .answers(StatusCode::CREATED, Shape::Record(&ROOM));

pub(super) const READ: Doc = Doc::new("read_room", "Read a room")
    .about("For its members.")
    .answers(StatusCode::OK, Shape::Record(&ROOM))
    .refuses(&[StatusCode::FORBIDDEN]);

pub(super) const REPLACE: Doc = Doc::new("replace_room", "Replace a room")
    .about(
        "For its admin. `users` takes the place of all members; `admin` hands the room over to one of them.",
    )
    .answers(StatusCode::OK, Shape::Record(&ROOM))
    .refuses(CHANGES);

pub(super) const UPDATE: Doc = Doc::new("update_room", "Change a room")
    .about("For its admin. What is left out stays as it is.")
    .answers(StatusCode::OK, Shape::Record(&ROOM))
    .refuses(CHANGES);

pub(super) const DELETE: Doc = Doc::new("delete_room", "Delete a room")
    .about("For its admin. Its messages go with it.")
    .answers_nothing()
    .refuses(CHANGES);

const PAGED: &[Parameter] = &[PAGE, LIMIT, OFFSET, COUNT];

/// Others may be changing the room, and go on until it is given up.
const CHANGES: &[StatusCode] = &[StatusCode::FORBIDDEN, StatusCode::CONFLICT];

const ROOM: Record = Record::new(
    "Room",
    "A room and its members.",
    &[
        Property::new("id", Shape::Integer, "Its id.").example("1"),
        Property::new("name", Shape::Text, "Its name, of 100 characters at most.").example("\"Tea\""),
        Property::new(
            "admin",
            Shape::Nullable(&Shape::Integer),
            "The id of its admin; null where that account is gone.",
        )
        .example("1"),
        Property::new("users", Shape::List(&Shape::Record(&MEMBER)), "Its members, by id."),
    ],
);

const MEMBER: Record = Record::new(
    "Member",
    "A member of a room.",
    &[
        Property::new("id", Shape::Integer, "The user's id.").example("1"),
        Property::new("username", Shape::Text, "The user's name.").example("\"alice\""),
        Property::new(
            "email",
            Shape::Text,
            "The user's address, or nothing: a deployment may show it to staff alone.",
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
        Property::new("results", Shape::List(&Shape::Record(&ROOM)), "The rooms of this page."),
    ],
);
