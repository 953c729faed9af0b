//! Users in SQL.

use chatapi_core::UserId;
use chatapi_core::store::Result;
use chatapi_core::store::engine::{Row, Session as _, Transaction as _, Value};
use chatapi_core::text::fold;

use super::lists::{Table, part};
use super::{Tables, Values, sql};
use crate::store::{Edited, Found, Key, Mark, Role, UserEdit, UserList, UserRow, UserSort};

const SHOWN: &str = "s.id, s.username, s.email, s.is_active, s.is_staff, s.is_superuser,
    exists (select 1 from chatapi_admin_viewers v where v.user_id = s.id), s.date_joined";

pub(super) fn table(list: &UserList, _: &mut Values) -> Table {
    let mut conditions = Vec::new();
    if let Some(is_active) = list.is_active {
        conditions.push(if is_active { "t.is_active" } else { "not t.is_active" }.to_owned());
    }
    if let Some(role) = list.role {
        conditions.push(match role {
            Role::Staff => "t.is_staff".into(),
            Role::Superuser => "t.is_superuser".into(),
            Role::Viewer => "t.id in (select v.user_id from chatapi_admin_viewers v)".into(),
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
    part(engine, &table, &list.slice, values, |row| {
        let user = user(row)?;
        let key = match list.sort {
            UserSort::Id => Key::Id,
            UserSort::Username => Key::Text(user.username.clone()),
            UserSort::Joined => Key::Time(user.date_joined),
        };
        Ok((Mark { key, id: user.id.0 }, user))
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

pub(super) async fn is_viewer<E: Tables>(engine: &E, user: UserId) -> Result<bool> {
    let statement = sql("select 1 from chatapi_admin_viewers where user_id = $1");
    Ok(!engine.read(statement, &[Value::Int(user.0)]).await?.is_empty())
}

/// Changes a user, so that somebody is left who may do everything. Two who take each other's rights at the same time wait for
/// each other: whoever may do everything is locked first, in the order of ids.
pub(super) async fn change<E: Tables>(engine: &E, id: UserId, edit: UserEdit) -> Result<Edited> {
    let mut transaction = engine.begin().await?;
    let lock = format!(
        "select id from chatapi_users where is_superuser and is_active and is_staff order by id {}",
        E::DIALECT.lock
    );
    transaction.run(sql(lock), &[]).await?;
    let change = sql("update chatapi_users set
             username = coalesce($2, username), email = coalesce($3, email),
             email_folded = coalesce($4, email_folded), is_active = coalesce($5, is_active),
             is_staff = coalesce($6, is_staff), is_superuser = coalesce($7, is_superuser)
         where id = $1 and ($8 or not (is_staff or is_superuser)) and (
             not (is_superuser and is_active and is_staff)
             or (coalesce($7, is_superuser) and coalesce($5, is_active) and coalesce($6, is_staff))
             or exists (
                 select 1 from chatapi_users o where o.is_superuser and o.is_active and o.is_staff and o.id <> $1
             )
         ) returning id");
    let values = [
        Value::Int(id.0),
        Value::OptText(edit.username),
        Value::OptText(edit.email.clone()),
        Value::OptText(edit.email.as_deref().map(fold)),
        Value::OptBool(edit.is_active),
        Value::OptBool(edit.is_staff),
        Value::OptBool(edit.is_superuser),
        Value::Bool(edit.even_staff),
    ];
    if transaction.run(change, &values).await?.is_empty() {
        let statement = sql("select is_staff or is_superuser from chatapi_users where id = $1");
        let found = transaction.run(statement, &[Value::Int(id.0)]).await?;
        return Ok(match found.first() {
            None => Edited::Gone,
            Some(row) if row.bool(0)? && !edit.even_staff => Edited::Protected,
            Some(_) => Edited::LastSuperuser,
        });
    }
    let viewers = match edit.is_viewer {
        None => None,
        Some(true) => Some("insert into chatapi_admin_viewers (user_id) values ($1) on conflict do nothing"),
        Some(false) => Some("delete from chatapi_admin_viewers where user_id = $1"),
    };
    if let Some(viewers) = viewers {
        transaction.run(sql(viewers), &[Value::Int(id.0)]).await?;
    }
    transaction.commit().await?;
    Ok(Edited::Done)
}

fn user(row: &impl Row) -> Result<UserRow> {
    Ok(UserRow {
        id: UserId(row.int(0)?),
        username: row.text(1)?,
        email: row.text(2)?,
        is_active: row.bool(3)?,
        is_staff: row.bool(4)?,
        is_superuser: row.bool(5)?,
        is_viewer: row.bool(6)?,
        date_joined: row.time(7)?,
    })
}
