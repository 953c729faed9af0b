//! What the document says of `/auth/users/`, and what its endpoints take: `OPTIONS` tells the same three fields of most of
//! them, as djoser does.

use http::StatusCode;

use crate::http::Field;
use crate::http::doc::{Doc, Parameter, Property, Record, Shape};
use crate::http::pagination_docs::{COUNT, LIMIT, NEXT, OFFSET, PAGE, PREVIOUS, TOTAL};
use crate::users::{EMAIL_LIMIT, USERNAME_LIMIT};

pub(super) const ROOT: Doc = Doc::new("read_accounts_root", "List the account endpoints")
    .answers(StatusCode::OK, Shape::Record(&LINKS));

pub(super) const ID: Parameter =
    Parameter::new("id", Shape::Within { least: 0, most: i64::MAX }, "The id of the user.").example("1");

pub(super) const LIST: Doc = Doc::new("list_users", "List users")
    .about("Staff get all users, ordered by id; other users get only themselves.")
    .query(&[USERNAME, PAGE, LIMIT, OFFSET, COUNT])
    .answers(StatusCode::OK, Shape::Record(&PAGE_OF_USERS));

const USERNAME: Parameter = Parameter::new(
    "username",
    Shape::Text,
    "An exact username: the list contains only the active user of this name, or is empty. Only that user and staff see the email \
     address. Servers on which the lookup is disabled ignore the parameter.",
)
.example("\"alice\"");

pub(super) const REGISTER: Doc = Doc::new("create_user", "Sign up")
    .about(
        "Creates an account. The password must have at least 8 characters, and must not be common, entirely numeric or similar to \
         the username.",
    )
    .takes(&[
        Field::optional("email", "email", "Email address").at_most(EMAIL_LIMIT).example("\"alice@example.org\""),
        Field::required("username", "string", "Username")
            .at_most(USERNAME_LIMIT)
            .help("150 characters or fewer. Letters, digits and @/./+/-/_ only.")
            .example("\"alice\""),
        PASSWORD,
    ])
    .answers(StatusCode::CREATED, Shape::Record(&USER));

pub(super) const READ_ME: Doc =
    Doc::new("read_me", "Read your account").answers(StatusCode::OK, Shape::Record(&USER));

pub(super) const REPLACE_ME: Doc = Doc::new("replace_me", "Replace your account")
    .answers(StatusCode::OK, Shape::Record(&USER))
    .refuses(&[StatusCode::FORBIDDEN]);

pub(super) const UPDATE_ME: Doc = Doc::new("update_me", "Change your account")
    .answers(StatusCode::OK, Shape::Record(&USER))
    .refuses(&[StatusCode::FORBIDDEN]);

pub(super) const DELETE_ME: Doc = Doc::new("delete_me", "Delete your account")
    .about("The last active superuser cannot be deleted.")
    .takes(&[CURRENT_PASSWORD])
    .answers_nothing()
    .refuses(&[StatusCode::FORBIDDEN]);

pub(super) const READ: Doc = Doc::new("read_user", "Read an account")
    .about("Users may read their own account, staff every account.")
    .answers(StatusCode::OK, Shape::Record(&USER));

pub(super) const REPLACE: Doc = Doc::new("replace_user", "Replace an account")
    .about(
        "Users may replace their own account, staff the accounts of users who are neither staff nor superusers, and superusers \
         every account.",
    )
    .answers(StatusCode::OK, Shape::Record(&USER))
    .refuses(&[StatusCode::FORBIDDEN]);

pub(super) const UPDATE: Doc = Doc::new("update_user", "Change an account")
    .about(
        "Users may change their own account, staff the accounts of users who are neither staff nor superusers, and superusers \
         every account.",
    )
    .answers(StatusCode::OK, Shape::Record(&USER))
    .refuses(&[StatusCode::FORBIDDEN]);

pub(super) const DELETE: Doc = Doc::new("delete_user", "Delete an account")
    .about(
        "Users may delete their own account, staff the accounts of users who are neither staff nor superusers, and superusers \
         every account. `current_password` is the password of the user who sends the request. The last active superuser cannot be \
         deleted.",
    )
    .takes(&[CURRENT_PASSWORD])
    .answers_nothing()
    .refuses(&[StatusCode::FORBIDDEN]);

pub(super) const SET_PASSWORD: Doc = Doc::new("set_password", "Change your password")
    .about("Invalidates all of your tokens.")
    .takes(&[NEW_PASSWORD, CURRENT_PASSWORD])
    .answers_nothing();

pub(super) const SET_USERNAME: Doc = Doc::new("set_username", "Change your username")
    .takes(&[CURRENT_PASSWORD, NEW_USERNAME])
    .answers_nothing();

pub(super) const ACTIVATE: Doc = Doc::new("activate_user", "Activate an account")
    .about("Takes the `uid` and the `token` of an emailed link.")
    .takes(&[UID, TOKEN])
    .answers_nothing()
    .refuses(&[StatusCode::FORBIDDEN]);

pub(super) const RESEND_ACTIVATION: Doc = Doc::new("resend_activation", "Send another activation email")
    .about("The response is 400 without a body on servers that do not require accounts to be activated.")
    .takes(&[ADDRESS])
    .answers_nothing()
    .wordless(&[StatusCode::BAD_REQUEST]);

pub(super) const RESET_PASSWORD: Doc = Doc::new("reset_password", "Send a password reset email")
    .about(WHETHER_KNOWN)
    .takes(&[ADDRESS])
    .answers_nothing();

pub(super) const RESET_PASSWORD_CONFIRM: Doc =
    Doc::new("confirm_new_password", "Set a new password with an emailed link")
        .takes(&[UID, TOKEN, NEW_PASSWORD])
        .answers_nothing();

pub(super) const RESET_USERNAME: Doc = Doc::new("reset_username", "Send a username reset email")
    .about(WHETHER_KNOWN)
    .takes(&[ADDRESS])
    .answers_nothing();

pub(super) const RESET_USERNAME_CONFIRM: Doc =
    Doc::new("confirm_new_username", "Set a new username with an emailed link")
        .takes(&[UID, TOKEN, NEW_USERNAME])
        .answers_nothing();

const WHETHER_KNOWN: &str = "The response does not reveal whether an account has the address.";

const PASSWORD: Field =
    Field::required("password", "string", "Password").shaped(Shape::Secret).example("\"earl-grey-4-two\"");
const NEW_PASSWORD: Field = Field::required("new_password", "string", "New password")
    .shaped(Shape::Secret)
    .example("\"darjeeling-2-nine\"");
const CURRENT_PASSWORD: Field = Field::required("current_password", "string", "Current password")
    .shaped(Shape::Secret)
    .example("\"earl-grey-4-two\"");
const NEW_USERNAME: Field =
    Field::required("new_username", "string", "New username").at_most(USERNAME_LIMIT).example("\"alice.b\"");
const ADDRESS: Field = Field::required("email", "email", "Email address").example("\"alice@example.org\"");
const UID: Field = Field::required("uid", "string", "Uid").help("From the emailed link.").example("\"MQ\"");
const TOKEN: Field = Field::required("token", "string", "Token")
    .help("From the emailed link.")
    .example("\"c9x4zq-5f0c9ab5d1b1f0e3f9e0a3a1c9d2e8b7\"");

const USER: Record = Record::new(
    "User",
    "An account.",
    &[
        Property::new("email", Shape::Text, "The email address; may be empty.")
            .example("\"alice@example.org\""),
        Property::new("id", Shape::Integer, "The id of the user.").example("1"),
        Property::new("username", Shape::Text, "The username.").example("\"alice\""),
    ],
);

const PAGE_OF_USERS: Record = Record::new(
    "PageOfUsers",
    "A page of accounts.",
    &[
        TOTAL,
        NEXT,
        PREVIOUS,
        Property::new("results", Shape::List(&Shape::Record(&USER)), "The accounts on this page."),
    ],
);

const LINKS: Record = Record::new(
    "AccountsRoot",
    "The URLs of the account endpoints.",
    &[Property::new("users", Shape::Url, "The URL of the list of users.")
        .example("\"http://localhost:8000/auth/users/\"")],
);
