//! The list of users.

use chatapi_core::Result;
use chatapi_core::http::Response;
use chatapi_core::permission::{may_change, may_change_account};
use chatapi_core::search::SearchTerms;
use chatapi_core::text::nfkc;

use crate::http::dashboard::link_to;
use crate::http::listing::{BOUND, List, ListQuery, Row, Sorted};
use crate::request::AdminRequest;
use crate::store::{Counted, Key, Role, RowCursor, Status, UserList, UserRow, UserSort};
use crate::view::{Fragment, Link, number_of};

pub(in crate::http) async fn show(request: AdminRequest) -> Result<Response> {
    let asked = ListQuery::new(&request, "/users/", &["active", "role"], "username");
    let mut list = wanted(&asked)?;
    // Names are kept in this form.
    list.window.search = SearchTerms::parse(&nfkc(asked.search()).replace('\0', ""))?;
    let mut found = request.store().users(&list).await?;
    if found.looked_up_to.is_some() && list.window.from.is_none() {
        // Who is called so, or has this address, is found at once, however many there are to look through.
        let called = request.store().users_called(&nfkc(asked.search()), list.window.size).await?;
        let known: Vec<_> = found.rows.iter().map(|(_, user)| user.id).collect();
        let more = called.into_iter().filter(|user| list.has(user) && !known.contains(&user.id));
        found.rows.extend(more.map(|user| (RowCursor { key: Key::Id, id: user.id.0 }, user)));
    }
    let columns = vec![
        asked.column("Username", Some("username")),
        asked.column("E-mail", None),
        asked.column("Status", None),
        asked.column("Joined", Some("joined")),
        asked.column("Id", Some("id")),
    ];
    let frame = request.frame("Users", "users").under([Link::new("Home", request.link("/"))]);
    let mut page = List::new(&asked, frame, &found, columns);
    let level = request.level()?;
    page.rows = found
        .rows
        .iter()
        .map(|(_, user)| row(&request, user, may_change_account(level, user.is_staff, user.is_superuser)))
        .collect();
    page.searches = "Search usernames and email addresses";
    page.filters = vec![
        asked.filter(
            "Active",
            "active",
            &[
                ("yes", "Yes"),
                ("no", "No"),
                ("awaiting", "Awaiting activation"),
                ("deactivated", "Deactivated"),
            ],
        ),
        asked.filter(
            "Role",
            "role",
            &[("staff", "Staff"), ("superuser", "Superusers"), ("viewer", "View only")],
        ),
    ];
    if may_change(level) {
        page.add = Some(Link::new("Add user", request.link("/users/add/")));
        page.actions = vec![("activate", "Activate"), ("deactivate", "Deactivate"), ("delete", "Delete")];
    }
    if asked.search().is_empty() {
        let count = request.store().count(Counted::Users(list), BOUND).await?;
        page.total = number_of(count, BOUND, "user");
    }
    page.empty = "There are no users yet.";
    page.answer(&request)
}

fn wanted(asked: &ListQuery<'_>) -> Result<UserList> {
    let (sort, sorted) = match asked.sort().0 {
        "id" => (UserSort::Id, Sorted::Id),
        "joined" => (UserSort::Joined, Sorted::Time),
        _ => (UserSort::Username, Sorted::Text),
    };
    Ok(UserList {
        sort,
        status: match asked.get("active") {
            Some("yes") => Some(Status::Active),
            Some("no") => Some(Status::Inactive),
            Some("awaiting") => Some(Status::AwaitsActivation),
            Some("deactivated") => Some(Status::Deactivated),
            _ => None,
        },
        role: match asked.get("role") {
            Some("staff") => Some(Role::Staff),
            Some("superuser") => Some(Role::Superuser),
            Some("viewer") => Some(Role::Viewer),
            _ => None,
        },
        window: asked.window(sorted)?,
    })
}

fn row(request: &AdminRequest, user: &UserRow, is_selectable: bool) -> Row {
    let mut may = vec![match (user.is_active, user.awaits_activation) {
        (true, _) => Fragment::Badge("good", "active"),
        (false, true) => Fragment::Badge("plain", "awaiting activation"),
        (false, false) => Fragment::Badge("bad", "deactivated"),
    }];
    if user.is_superuser {
        may.push(Fragment::Badge("key", "superuser"));
    } else if user.is_staff && user.is_viewer {
        may.push(Fragment::Badge("plain", "view only"));
    } else if user.is_staff {
        may.push(Fragment::Badge("key", "staff"));
    }
    Row {
        id: user.id.0,
        name: user.username.clone(),
        is_selectable,
        cells: vec![
            vec![Fragment::Link(link_to(request, "users", user.id.0, &user.username))],
            Fragment::some(&user.email),
            may,
            vec![Fragment::Time(user.date_joined)],
            vec![Fragment::Faint(user.id.to_string())],
        ],
    }
}
