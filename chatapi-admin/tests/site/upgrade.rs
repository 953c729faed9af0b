//! A database of before the core knew of levels and kept the log.

use chatapi_admin::AdminStore;
use chatapi_admin::store::Tables as _;
use chatapi_core::store::SqlStore;
use chatapi_core::store::engine::Engine;
use chatapi_core::store::postgres::{PgEngine, PgStore};
use chatapi_core::store::sqlite::{SqliteEngine, SqliteStore};
use chatapi_core::users::UserChange;
use chatapi_core::{Store, UserId};
use chatapi_testing::postgres::Databases;
use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, SqlSafeStr as _};

/// The migrations of before.
fn former(all: &Migrator, last: i64) -> Migrator {
    let mut former = Migrator { locking: false, ..Migrator::DEFAULT };
    former.migrations = all.iter().filter(|one| one.version <= last).cloned().collect::<Vec<_>>().into();
    former
}

async fn upgraded<E: Engine>(store: SqlStore<E>, admin: &Migrator, [yes, no, now]: [&str; 3])
where
    SqlStore<E>: Store + AdminStore,
{
    let engine = store.engine();
    engine.apply(&former(E::migrator(), 4), "chatapi_migrations").await.unwrap();
    engine.apply(&former(admin, 1), "chatapi_admin_migrations").await.unwrap();
    let user = |name: &str, is_active: &str, is_staff: &str| {
        format!(
            "insert into chatapi_users (username, email, email_folded, password, is_active, is_staff, is_superuser, date_joined, revision)
             values ('{name}', '', '', '!', {is_active}, {is_staff}, {no}, {now}, 4)"
        )
    };
    for statement in [
        user("viv", yes, yes),
        user("off", no, no),
        "insert into chatapi_admin_viewers (user_id) values (1)".to_owned(),
        format!(
            "insert into chatapi_admin_log (at, actor_id, actor, action, kind, object_id, object, detail)
             values ({now}, 7, 'root', 'Changed', 'user', 2, 'off', 'Active: no')"
        ),
    ] {
        engine.write(AssertSqlSafe(statement).into_sql_str(), &[]).await.unwrap();
    }
    Store::migrate(&store).await.unwrap();
    AdminStore::migrate(&store).await.unwrap();
    let viv = store.user(UserId(1)).await.unwrap().unwrap();
    assert_eq!((viv.is_viewer, viv.revision), (true, 4));
    // What it awaits nobody knows: it counts as deactivated, and its links and tokens end.
    let off = store.user(UserId(2)).await.unwrap().unwrap();
    assert_eq!((off.is_deactivated(), off.revision), (true, 5));
    assert_eq!(store.update_user(off.id, UserChange::Activate).await.unwrap(), None);
    let log = store.audit_log(off.id).await.unwrap();
    let told: Vec<_> = log.iter().map(|entry| (&*entry.actor.1, &*entry.detail)).collect();
    assert_eq!(told, [("root", "Active: no")]);
}

#[tokio::test]
async fn levels_and_the_log_are_taken_along_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let store: SqlStore<SqliteEngine> = SqliteStore::open(folder.path().join("chat.sqlite3")).await.unwrap();
    upgraded(store, SqliteEngine::tables(), ["1", "0", "0"]).await;
}

#[tokio::test]
async fn levels_and_the_log_are_taken_along_on_postgresql() {
    let databases = Databases::new().await;
    let store: SqlStore<PgEngine> = PgStore::connect_lazy(&databases.fresh().await, 2).unwrap();
    upgraded(store, PgEngine::tables(), ["true", "false", "now()"]).await;
    databases.drop_all().await;
}
