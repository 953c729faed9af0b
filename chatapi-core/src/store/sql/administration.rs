//! Accounts that staff change, and the log of it, in SQL.

use super::users::{delete, hold, insert, replace};
use super::{Engine, Result, Row, Sql, SqlStore, Value};
use crate::store::engine::{Session, Transaction as _};
use crate::users::{Administration, AuditEntry, User, Write};
use crate::{Timestamp, UserId};

/// The kind of thing that entries about accounts are of.
const ACCOUNT: &str = "user";

impl<E: Engine> SqlStore<E> {
    pub(super) async fn administer_account(
        &self,
        actor: UserId,
        action: Administration,
        at: Timestamp,
    ) -> Result<Option<User>> {
        let mut transaction = self.engine.begin().await?;
        let ids: Vec<UserId> = action.account().into_iter().chain([actor]).collect();
        let held = hold(&mut transaction, &ids).await?;
        let Some(write) = action.decide(&held, actor)? else { return Ok(None) };
        let account = match write.clone() {
            Write::Add(user) => insert(&mut transaction, user).await?,
            Write::Change { after, before } => {
                if after != before {
                    replace(&mut transaction, &after).await?;
                }
                after
            }
            Write::Delete(account) => {
                delete(&mut transaction, account.id).await?;
                account
            }
        };
        let name = held.iter().find(|user| user.id == actor).map(|user| user.username.clone());
        if let Some(entry) = write.entry(&account, (actor, name.unwrap_or_default()), at) {
            note(&mut transaction, entry).await?;
        }
        transaction.commit().await?;
        Ok(Some(account))
    }

    pub(super) async fn log_of(&self, account: UserId) -> Result<Vec<AuditEntry>> {
        let rows = self
            .read(
                "select at, actor_id, actor, action, object_id, object, detail from (
                     select * from chatapi_audit_log where kind = $1 and object_id = $2 order by id desc limit 1000
                 ) latest order by id",
                &[Value::Text(ACCOUNT.into()), Value::Int(account.0)],
            )
            .await?;
        rows.iter().map(entry).collect()
    }
}

async fn note<S: Session>(session: &mut S, entry: AuditEntry) -> Result<()> {
    let sql = Sql::from(
        "insert into chatapi_audit_log (at, actor_id, actor, action, kind, object_id, object, detail)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    );
    let values = [
        Value::Time(entry.at),
        Value::Int(entry.actor.0.0),
        Value::Text(entry.actor.1),
        Value::Text(entry.action),
        Value::Text(ACCOUNT.into()),
        Value::Int(entry.account.0),
        Value::Text(entry.username),
        Value::Text(entry.detail),
    ];
    session.run(sql.0, &values).await.map(drop)
}

fn entry(row: &impl Row) -> Result<AuditEntry> {
    Ok(AuditEntry {
        at: row.time(0)?,
        actor: (UserId(row.int(1)?), row.text(2)?),
        action: row.text(3)?,
        account: UserId(row.int(4)?),
        username: row.text(5)?,
        detail: row.text(6)?,
    })
}
