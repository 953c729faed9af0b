-- Times are microseconds since 1970 in UTC.
-- Who is logged in to the admin site. Only a hash of the cookie is kept: who reads the table can log in as nobody.
create table chatapi_admin_sessions (
    token_hash text primary key,
    user_id integer not null references chatapi_users (id) on delete cascade,
    revision integer not null,
    opened_at integer not null,
    seen_at integer not null
) strict;
create index chatapi_admin_sessions_user on chatapi_admin_sessions (user_id);
create index chatapi_admin_sessions_seen on chatapi_admin_sessions (seen_at);

-- Staff who may look and change nothing.
create table chatapi_admin_viewers (
    user_id integer primary key references chatapi_users (id) on delete cascade
) strict;

-- Who changed what. It outlasts what it tells of, so it refers to nothing and has the names as they were.
create table chatapi_admin_log (
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
create index chatapi_admin_log_object on chatapi_admin_log (kind, object_id, id);
create index chatapi_admin_log_actor on chatapi_admin_log (actor_id, id);

-- What lists sort and filter by.
create index chatapi_admin_users_joined on chatapi_users (date_joined, id);
create index chatapi_admin_users_staff on chatapi_users (username, id) where is_staff;
create index chatapi_admin_users_superuser on chatapi_users (username, id) where is_superuser;
create index chatapi_admin_users_inactive on chatapi_users (username, id) where not is_active;
create index chatapi_admin_rooms_name on chatapi_rooms (name, id);
