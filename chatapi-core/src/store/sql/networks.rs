//! Networks that users logged in from, in SQL.

use super::{Engine, Result, Sql, SqlStore, Value};
use crate::store::engine::{Session as _, Transaction as _};
use crate::{Timestamp, UserId};

impl<E: Engine> SqlStore<E> {
    pub(super) async fn knows_network(&self, user: UserId, network: &str) -> Result<bool> {
        let values = [Value::Int(user.0), Value::Text(network.into())];
        let sql = "select 1 from chatapi_trusted_networks where user_id = $1 and network = $2";
        Ok(!self.read(sql, &values).await?.is_empty())
    }

    pub(super) async fn note_network(&self, user: UserId, network: &str, at: Timestamp) -> Result<()> {
        let mut transaction = self.engine.begin().await?;
        let note = Sql::from(
            "insert into chatapi_trusted_networks (user_id, network, seen_at)
             select id, $2, $3 from chatapi_users where id = $1
             on conflict (user_id, network) do update set seen_at = excluded.seen_at",
        );
        let values = [Value::Int(user.0), Value::Text(network.into()), Value::Time(at)];
        transaction.run(note.0, &values).await?;
        let forget = Sql::from(
            "delete from chatapi_trusted_networks where user_id = $1 and network not in (
                 select network from chatapi_trusted_networks where user_id = $1
                 order by seen_at desc, network limit 10
             )",
        );
        transaction.run(forget.0, &[Value::Int(user.0)]).await?;
        transaction.commit().await
    }
}
