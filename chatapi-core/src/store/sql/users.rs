//! Users in SQL.

use super::{
    Engine, Page, PageRequest, Result, Row, Sql, SqlStore, StoreError, Value, counted, first, limit,
    limit_values, page_of,
};
use crate::UserId;
use crate::store::engine::{Session as _, Transaction as _};
use crate::text::fold;
use crate::users::{NewUser, User, UserChange};

const COLUMNS: &str =
    "id, username, email, password, is_active, is_staff, is_superuser, date_joined, revision, external_id";

impl<E: Engine> SqlStore<E> {
    pub(super) async fn insert_user(&self, user: NewUser, external_id: Option<&str>) -> Result<User> {
        let rows = self
            .write(
                "insert into chatapi_users
                     (username, email, email_folded, password, is_active, is_staff, is_superuser, date_joined,
                      external_id)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                 returning id",
                &[
                    Value::Text(user.username.clone()),
                    Value::Text(user.email.clone()),
                    Value::Text(fold(&user.email)),
                    Value::Text(user.password.clone()),
                    Value::Bool(user.is_active),
                    Value::Bool(user.is_staff),
                    Value::Bool(user.is_superuser),
                    Value::Time(user.date_joined),
                    Value::OptText(external_id.map(str::to_owned)),
                ],
            )
            .await?;
        let id = first(&rows, |row| row.int(0))?.unwrap_or_default();
        Ok(User {
            id: UserId(id),
            username: user.username,
            email: user.email,
            password: user.password,
            is_active: user.is_active,
            is_staff: user.is_staff,
            is_superuser: user.is_superuser,
            date_joined: user.date_joined,
            revision: 0,
            external_id: external_id.map(str::to_owned),
        })
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
        let id = Value::Int(id.0);
        let (set, values) = match change {
            UserChange::Email(email) => (
                "email = $2, email_folded = $3 where id = $1",
                vec![id, Value::Text(email.clone()), Value::Text(fold(&email))],
            ),
            UserChange::UnprovedEmail(email) => (
                "email = $2, email_folded = $3, is_active = $4 where id = $1",
                vec![id, Value::Text(email.clone()), Value::Text(fold(&email)), Value::Bool(false)],
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
            UserChange::Activate => {
                ("is_active = $2 where id = $1 and is_active <> $2", vec![id, Value::Bool(true)])
            }
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

    pub(super) async fn remove_user(&self, id: UserId, revision: i64) -> Result<bool> {
        let values = [Value::Int(id.0), Value::Int(revision)];
        let mut transaction = self.engine.begin().await?;
        // The memberships go first, as when a room is deleted.
        let leave = Sql::from(
            "delete from chatapi_room_members where user_id = $1
             and exists (select 1 from chatapi_users where id = $1 and revision = $2)",
        );
        transaction.run(leave.0, &values).await?;
        let delete = Sql::from("delete from chatapi_users where id = $1 and revision = $2 returning id");
        let deleted = !transaction.run(delete.0, &values).await?.is_empty();
        if deleted {
            transaction.commit().await?;
        }
        Ok(deleted)
    }
}

/// A user, from the columns that start at `at`.
fn user(row: &impl Row, at: usize) -> Result<User> {
    Ok(User {
        id: UserId(row.int(at)?),
        username: row.text(at + 1)?,
        email: row.text(at + 2)?,
        password: row.text(at + 3)?,
        is_active: row.bool(at + 4)?,
        is_staff: row.bool(at + 5)?,
        is_superuser: row.bool(at + 6)?,
        date_joined: row.time(at + 7)?,
        revision: row.int(at + 8)?,
        external_id: row.opt_text(at + 9)?,
    })
}
