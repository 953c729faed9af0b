//! Users in SQL.

use chatapi_core::UserId;
use chatapi_core::store::Result;
use chatapi_core::store::engine::{Row, Value};
use chatapi_core::text::fold;

use super::lists::{Table, part};
use super::{Tables, Values, sql};
use crate::store::{Found, Key, Role, RowCursor, Status, UserList, UserRow, UserSort};

const SHOWN: &str =
    "s.id, s.username, s.email, s.is_active, s.awaits_activation, s.is_staff, s.is_superuser, s.is_viewer,
    s.date_joined";

pub(super) fn table(list: &UserList, _: &mut Values) -> Table {
    let mut conditions = Vec::new();
    if let Some(status) = list.status {
        conditions.push(match status {
            Status::Active => "t.is_active".into(),
            Status::Inactive => "not t.is_active".into(),
            Status::AwaitsActivation => "t.awaits_activation".into(),
            Status::Deactivated => "not t.is_active and not t.awaits_activation".into(),
        });
    }
    if let Some(role) = list.role {
        conditions.push(match role {
            Role::Staff => "t.is_staff".into(),
            Role::Superuser => "t.is_superuser".into(),
            Role::Viewer => "t.is_viewer".into(),
        });
    }
    let key = match list.sort {
        UserSort::Id => None,
        UserSort::Username => Some("username"),
        UserSort::Joined => Some("date_joined"),
    };
    Table { name: "chatapi_users", conditions, key, shown: SHOWN, searched: &["username", "email"] }
}

pub(super) async fn list<E: Tables>(engine: &E, list: &UserList) -> Result<Found<UserRow>> {
    let mut values = Values::default();
    let table = table(list, &mut values);
    part(engine, &table, &list.window, values, |row| {
        let user = user(row)?;
        let key = match list.sort {
            UserSort::Id => Key::Id,
            UserSort::Username => Key::Text(user.username.clone()),
            UserSort::Joined => Key::Time(user.date_joined),
        };
        Ok((RowCursor { key, id: user.id.0 }, user))
    })
    .await
}

/// The last of all characters: a name that begins so comes before the beginning with it.
const LAST: char = '\u{10ffff}';

pub(super) async fn called<E: Tables>(engine: &E, beginning: &str, limit: u32) -> Result<Vec<UserRow>> {
    let of_name = format!(
        "select {SHOWN} from chatapi_users s where s.username >= $1 and s.username < $2
         order by s.username limit {limit}"
    );
    let values = [Value::Text(beginning.into()), Value::Text(format!("{beginning}{LAST}"))];
    let mut rows = engine.read(sql(of_name), &values).await?;
    if beginning.contains('@') {
        let of_address = format!(
            "select {SHOWN} from chatapi_users s where s.email_folded = $1 and s.email_folded <> ''
             and not (s.username >= $2 and s.username < $3) order by s.id limit {limit}"
        );
        let values = [&[Value::Text(fold(beginning))], &values[..]].concat();
        rows.extend(engine.read(sql(of_address), &values).await?);
    }
    rows.iter().map(user).collect()
}

fn user(row: &impl Row) -> Result<UserRow> {
    Ok(UserRow {
        id: UserId(row.int(0)?),
        username: row.text(1)?,
        email: row.text(2)?,
        is_active: row.bool(3)?,
        awaits_activation: row.bool(4)?,
        is_staff: row.bool(5)?,
        is_superuser: row.bool(6)?,
        is_viewer: row.bool(7)?,
        date_joined: row.time(8)?,
    })
}
