//! Messages and their texts, written together: a text that search has not taken into its index stands in
//! `chatapi_pending_texts`.

use super::messages::{COLUMNS, message};
use super::{Engine, Result, Sql, SqlStore, Value, first};
use crate::messages::{Message, NewMessage};
use crate::permission::AccessScope;
use crate::store::engine::{Session, Transaction as _};
use crate::text::Text;
use crate::{MessageId, Timestamp};

impl<E: Engine> SqlStore<E> {
    pub(super) async fn insert_message(&self, new: &NewMessage) -> Result<Option<Message>> {
        if E::DIALECT.has_writing_queries {
            return sent(new, &self.write(send_at_once(), &values(new)).await?);
        }
        let mut transaction = self.engine.begin().await?;
        let sent = send(&mut transaction, new).await?;
        transaction.commit().await?;
        Ok(sent)
    }

    pub(super) async fn change_message(
        &self,
        id: MessageId,
        reach: AccessScope,
        text: Option<&Text>,
        at: Timestamp,
    ) -> Result<Option<Message>> {
        let mut values =
            vec![Value::Int(id.0), Value::OptText(text.map(|text| text.as_str().into())), Value::Time(at)];
        let and_reached = self.and_reached(reach, &mut values);
        let change = format!(
            "update chatapi_messages set content = coalesce($2, content), updated_at = $3
             where id = $1 {and_reached} returning {COLUMNS}"
        );
        let Some(text) = text else {
            return first(&self.write(change, &values).await?, |row| message(row, 0));
        };
        let forms = forms(text);
        if E::DIALECT.has_writing_queries {
            values.extend(forms);
            let sql = change_at_once(&change, values.len() - 2);
            return first(&self.write(sql, &values).await?, |row| message(row, 0));
        }
        let mut transaction = self.engine.begin().await?;
        let changed = transaction.run(Sql::from(change).0, &values).await?;
        if !changed.is_empty() {
            transaction.run(Sql::from(ADD_TOMBSTONE).0, &[Value::Int(id.0)]).await?;
            let [folded, stems, analyzer] = forms;
            transaction.run(Sql::from(REFRESH).0, &[Value::Int(id.0), folded, stems, analyzer]).await?;
        }
        transaction.commit().await?;
        first(&changed, |row| message(row, 0))
    }
}

/// Adds a message, if its author is in its room, and its text.
pub(super) async fn send<S: Session>(session: &mut S, new: &NewMessage) -> Result<Option<Message>> {
    let values = values(new);
    if S::DIALECT.has_writing_queries {
        return sent(new, &session.run(send_at_once().0, &values).await?);
    }
    let [room, author, content, at, folded, stems, analyzer] = values;
    let insert = "insert into chatapi_messages (room_id, user_id, content, created_at, updated_at)
        select room_id, user_id, $3, $4, $4 from chatapi_room_members where room_id = $1 and user_id = $2
        returning id";
    let rows = session.run(Sql::from(insert).0, &[room, author, content, at]).await?;
    let sent = sent(new, &rows)?;
    if let Some(message) = &sent {
        session.run(Sql::from(REFRESH).0, &[Value::Int(message.id.0), folded, stems, analyzer]).await?;
    }
    Ok(sent)
}

/// A new message and its text, as one statement.
fn send_at_once() -> Sql {
    "with sent as (
         insert into chatapi_messages (room_id, user_id, content, created_at, updated_at)
         select room_id, user_id, $3, $4, $4 from chatapi_room_members
         where room_id = $1 and user_id = $2 for key share
         returning id, room_id, user_id, created_at
     )
     insert into chatapi_pending_texts (room_id, created_at, message_id, user_id, folded, stems, analyzer)
     select room_id, created_at, id, user_id, $5, $6, $7 from sent
     returning message_id"
        .into()
}

fn values(new: &NewMessage) -> [Value; 7] {
    let [folded, stems, analyzer] = forms(&new.text);
    [
        Value::Int(new.room.0),
        Value::Int(new.user.0),
        Value::Text(new.text.as_str().into()),
        Value::Time(new.at),
        folded,
        stems,
        analyzer,
    ]
}

/// What search reads of a text, and how it was read.
fn forms(text: &Text) -> [Value; 3] {
    [Value::Text(text.folded().into()), Value::Text(text.stems().into()), Value::Text(text.words().name())]
}

/// What the rows of a send say: the message, if it was added.
fn sent<R: super::Row>(new: &NewMessage, rows: &[R]) -> Result<Option<Message>> {
    first(rows, |row| {
        Ok(Message {
            id: MessageId(row.int(0)?),
            content: new.text.as_str().into(),
            created_at: new.at,
            updated_at: new.at,
            user: new.user,
            room: new.room,
        })
    })
}

/// A change and the new text, as one statement. Whether the text was pending is decided by what happens to its row, and not
/// by what was there before: the indexer may be taking it into a segment at this moment.
fn change_at_once(change: &str, folded: usize) -> String {
    let (stems, analyzer) = (folded + 1, folded + 2);
    format!(
        "with changed as ({change}),
         refreshed as (
             insert into chatapi_pending_texts (room_id, created_at, message_id, user_id, folded, stems, analyzer)
             select room_id, created_at, id, user_id, ${folded}, ${stems}, ${analyzer} from changed
             on conflict (room_id, created_at, message_id)
             do update set folded = excluded.folded, stems = excluded.stems, analyzer = excluded.analyzer
             returning room_id, message_id, xmax = 0 as is_new
         ),
         buried as (
             insert into chatapi_tombstones (room_id, message_id)
             select room_id, message_id from refreshed where is_new
             on conflict do nothing
         )
         select {COLUMNS} from changed"
    )
}

/// Says that what a segment holds of a message is no longer so, unless its text is pending.
const ADD_TOMBSTONE: &str = "insert into chatapi_tombstones (room_id, message_id)
    select room_id, id from chatapi_messages m where id = $1 and not exists (
        select 1 from chatapi_pending_texts f
        where f.room_id = m.room_id and f.created_at = m.created_at and f.message_id = m.id
    )
    on conflict do nothing";

/// Gives a message its text.
const REFRESH: &str =
    "insert into chatapi_pending_texts (room_id, created_at, message_id, user_id, folded, stems, analyzer)
    select room_id, created_at, id, user_id, $2, $3, $4 from chatapi_messages where id = $1
    on conflict (room_id, created_at, message_id)
    do update set folded = excluded.folded, stems = excluded.stems, analyzer = excluded.analyzer";
