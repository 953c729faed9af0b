-- Two states that `is_active = 0` used to stand for. An account that awaits its activation becomes active by a mailed link;
-- one that does not was deactivated by staff, and only staff make it active again. Which of the two an inactive account of
-- before this migration is, nothing tells: all of them count as deactivated, and links and tokens of theirs stop working.
alter table chatapi_users add column awaits_activation integer not null default 0;
update chatapi_users set revision = revision + 1 where not is_active;

-- Staff that may read every account and change none.
alter table chatapi_users add column is_viewer integer not null default 0;

-- Whoever changes who may administer the chat reads all superusers first.
create index chatapi_users_superusers on chatapi_users (id) where is_superuser;

-- What staff did, written in the transaction that did it. It outlasts what it tells of, so it refers to nothing and has the
-- names as they were.
create table chatapi_audit_log (
    id integer primary key autoincrement,
    at integer not null,
    actor_id integer not null,
    actor text not null,
    action text not null,
    kind text not null,
    object_id integer not null,
    object text not null,
    detail text not null
) strict;
create index chatapi_audit_log_object on chatapi_audit_log (kind, object_id, id);
create index chatapi_audit_log_actor on chatapi_audit_log (actor_id, id);

-- Networks that a user logged in from, the latest few of each, as keyed hashes: no address can be read from them.
create table chatapi_trusted_networks (
    user_id integer not null references chatapi_users (id) on delete cascade,
    network text not null,
    seen_at integer not null,
    primary key (user_id, network)
) strict, without rowid;
