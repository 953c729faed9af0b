//! Users in SQL.

use super::{
    Engine, Page, PageRequest, Result, Row, Sql, SqlStore, StoreError, Value, counted, first, limit,
    limit_values, page_of,
};
use crate::UserId;
use crate::store::engine::{Session, Transaction as _};
use crate::text::fold;
use crate::users::{NewUser, User, UserChange, keep_a_superuser};

pub(super) const COLUMNS: &str = "id, username, email, password, is_active, awaits_activation, is_staff, \
     is_superuser, is_viewer, date_joined, revision, external_id";

impl<E: Engine> SqlStore<E> {
    pub(super) async fn insert_user(&self, user: NewUser, external_id: Option<&str>) -> Result<User> {
        let rows = self.write(INSERT, &insert_values(&user, external_id)).await?;
        let id = first(&rows, |row| row.int(0))?.unwrap_or_default();
        Ok(user.with_id(UserId(id), external_id))
    }

    pub(super) async fn insert_external_user(&self, external_id: &str, fresh: NewUser) -> Result<User> {
        match self.insert_user(fresh, Some(external_id)).await {
            // Somebody has the name, or there is the user already: then it has the name as like as not.
            Err(StoreError::Taken) => self.user_of_external_id(external_id).await?.ok_or(StoreError::Taken),
            made => made,
        }
    }

    pub(super) async fn user_by_id(&self, id: UserId) -> Result<Option<User>> {
        let sql = format!("select {COLUMNS} from chatapi_users where id = $1");
        first(&self.read(sql, &[Value::Int(id.0)]).await?, |row| user(row, 0))
    }

    pub(super) async fn user_of_name(&self, username: &str) -> Result<Option<User>> {
        let sql = format!("select {COLUMNS} from chatapi_users where username = $1");
        first(&self.read(sql, &[Value::Text(username.into())]).await?, |row| user(row, 0))
    }

    pub(super) async fn user_of_external_id(&self, external_id: &str) -> Result<Option<User>> {
        let sql = format!("select {COLUMNS} from chatapi_users where external_id = $1");
        first(&self.read(sql, &[Value::Text(external_id.into())]).await?, |row| user(row, 0))
    }

    pub(super) async fn users_of_email(&self, email: &str) -> Result<Vec<User>> {
        let sql = format!(
            "select {COLUMNS} from chatapi_users where email_folded = $1 and email_folded <> '' order by id"
        );
        self.read(sql, &[Value::Text(fold(email))]).await?.iter().map(|row| user(row, 0)).collect()
    }

    pub(super) async fn page_of_users(&self, page: PageRequest) -> Result<Option<Page<User>>> {
        let (counted, limit) = (counted(page, "chatapi_users"), limit(page, 1));
        let sql = format!(
            "with {counted}
             select counted.total, u.* from counted
             left join (select {COLUMNS} from chatapi_users order by id {limit}) u on true
             order by u.id"
        );
        let rows = self.read(sql, &limit_values(page)).await?;
        page_of(page, &rows, |rows| rows.iter().map(|row| user(row, 1)).collect())
    }

    pub(super) async fn users_among(&self, ids: &[UserId]) -> Result<Vec<UserId>> {
        let sql = format!("select id from chatapi_users where {} order by id", self.dialect().among("id", 1));
        let ids = ids.iter().map(|id| id.0).collect();
        self.read(sql, &[Value::Ints(ids)]).await?.iter().map(|row| row.int(0).map(UserId)).collect()
    }

    pub(super) async fn change_user(&self, id: UserId, change: UserChange) -> Result<Option<User>> {
        let account = id;
        let id = Value::Int(id.0);
        let (set, values) = match change {
            // These may take a superuser away.
            UserChange::UnprovedEmail(_) | UserChange::External { is_staff: Some(false), .. } => {
                return self.change_held_user(account, &change).await;
            }
            UserChange::Email(email) => (
                "email = $2, email_folded = $3 where id = $1",
                vec![id, Value::Text(email.clone()), Value::Text(fold(&email))],
            ),
            UserChange::Username { username, revision } => (
                "username = $2 where id = $1 and revision = $3",
                vec![id, Value::Text(username), Value::Int(revision)],
            ),
            UserChange::Password { hash, revision } => (
                "password = $2, revision = revision + 1 where id = $1 and revision = $3",
                vec![id, Value::Text(hash), Value::Int(revision)],
            ),
            UserChange::Rehash { from, to } => (
                "password = $2 where id = $1 and password = $3",
                vec![id, Value::Text(to), Value::Text(from)],
            ),
            UserChange::Activate => (
                "is_active = $2, awaits_activation = not $2 where id = $1 and awaits_activation",
                vec![id, Value::Bool(true)],
            ),
            UserChange::External { username, email, is_staff } => (
                "username = coalesce($2, username), email = coalesce($3, email),
                 email_folded = coalesce($4, email_folded), is_staff = coalesce($5, is_staff) where id = $1",
                vec![
                    id,
                    Value::OptText(username),
                    Value::OptText(email.clone()),
                    Value::OptText(email.as_deref().map(fold)),
                    Value::OptBool(is_staff),
                ],
            ),
        };
        let rows = self.write(format!("update chatapi_users set {set} returning {COLUMNS}"), &values).await?;
        first(&rows, |row| user(row, 0))
    }

    async fn change_held_user(&self, id: UserId, change: &UserChange) -> Result<Option<User>> {
        let mut transaction = self.engine.begin().await?;
        let held = hold(&mut transaction, &[id]).await?;
        let Some(user) = held.iter().find(|user| user.id == id) else { return Ok(None) };
        let after = change.clone().applied_to(user);
        keep_a_superuser(&held, id, Some(&after))?;
        replace(&mut transaction, &after).await?;
        transaction.commit().await?;
        Ok(Some(after))
    }

    pub(super) async fn remove_user(&self, id: UserId, revision: i64) -> Result<bool> {
        let mut transaction = self.engine.begin().await?;
        let held = hold(&mut transaction, &[id]).await?;
        if !held.iter().any(|user| user.id == id && user.revision == revision) {
            return Ok(false);
        }
        keep_a_superuser(&held, id, None)?;
        delete(&mut transaction, id).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

/// Reads these users and every superuser; nobody else changes them until the transaction ends. They are locked in the order of
/// their ids, so that two who take each other's rights wait for each other, and the second finds what the first did.
pub(super) async fn hold<S: Session>(session: &mut S, ids: &[UserId]) -> Result<Vec<User>> {
    let sql = format!(
        "select {COLUMNS} from chatapi_users where id in (
             select s.id from chatapi_users s where s.is_superuser
             union select u.id from chatapi_users u where {}
         ) order by id {}",
        S::DIALECT.among("u.id", 1),
        S::DIALECT.lock_row,
    );
    let ids = Value::Ints(ids.iter().map(|id| id.0).collect());
    session.run(Sql::from(sql).0, &[ids]).await?.iter().map(|row| user(row, 0)).collect()
}

/// Adds a user within a transaction.
pub(super) async fn insert<S: Session>(session: &mut S, user: NewUser) -> Result<User> {
    let rows = session.run(Sql::from(INSERT).0, &insert_values(&user, None)).await?;
    let id = first(&rows, |row| row.int(0))?.unwrap_or_default();
    Ok(user.with_id(UserId(id), None))
}

/// Writes a user that is held.
pub(super) async fn replace<S: Session>(session: &mut S, user: &User) -> Result<()> {
    let sql = Sql::from(
        "update chatapi_users set username = $2, email = $3, email_folded = $4, password = $5, is_active = $6,
             awaits_activation = $7, is_staff = $8, is_superuser = $9, is_viewer = $10, revision = $11
         where id = $1",
    );
    let values = [
        Value::Int(user.id.0),
        Value::Text(user.username.clone()),
        Value::Text(user.email.clone()),
        Value::Text(fold(&user.email)),
        Value::Text(user.password.clone()),
        Value::Bool(user.is_active),
        Value::Bool(user.awaits_activation),
        Value::Bool(user.is_staff),
        Value::Bool(user.is_superuser),
        Value::Bool(user.is_viewer),
        Value::Int(user.revision),
    ];
    session.run(sql.0, &values).await.map(drop)
}

/// Deletes a user that is held. The memberships go first, as when a room is deleted.
pub(super) async fn delete<S: Session>(session: &mut S, id: UserId) -> Result<()> {
    for sql in
        ["delete from chatapi_room_members where user_id = $1", "delete from chatapi_users where id = $1"]
    {
        session.run(Sql::from(sql).0, &[Value::Int(id.0)]).await?;
    }
    Ok(())
}

const INSERT: &str = "insert into chatapi_users
         (username, email, email_folded, password, is_active, awaits_activation, is_staff, is_superuser, is_viewer,
          date_joined, revision, external_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
     returning id";

fn insert_values(user: &NewUser, external_id: Option<&str>) -> [Value; 12] {
    [
        Value::Text(user.username.clone()),
        Value::Text(user.email.clone()),
        Value::Text(fold(&user.email)),
        Value::Text(user.password.clone()),
        Value::Bool(user.is_active),
        Value::Bool(user.awaits_activation),
        Value::Bool(user.is_staff),
        Value::Bool(user.is_superuser),
        Value::Bool(user.is_viewer),
        Value::Time(user.date_joined),
        Value::Int(user.revision),
        Value::OptText(external_id.map(str::to_owned)),
    ]
}

/// A user, from the columns that start at `at`.
fn user(row: &impl Row, at: usize) -> Result<User> {
    Ok(User {
        id: UserId(row.int(at)?),
        username: row.text(at + 1)?,
        email: row.text(at + 2)?,
        password: row.text(at + 3)?,
        is_active: row.bool(at + 4)?,
        awaits_activation: row.bool(at + 5)?,
        is_staff: row.bool(at + 6)?,
        is_superuser: row.bool(at + 7)?,
        is_viewer: row.bool(at + 8)?,
        date_joined: row.time(at + 9)?,
        revision: row.int(at + 10)?,
        external_id: row.opt_text(at + 11)?,
    })
}
