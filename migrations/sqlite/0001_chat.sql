-- Times are microseconds since 1970 in UTC. Ids are never used again.
create table chatapi_users (
    id integer primary key autoincrement,
    username text not null unique,
    email text not null,
    email_folded text not null,
    password text not null,
    is_active integer not null,
    is_staff integer not null,
    is_superuser integer not null,
    date_joined integer not null,
    revision integer not null default 0
) strict;
create index chatapi_users_email on chatapi_users (email_folded) where email_folded <> '';

create table chatapi_rooms (
    id integer primary key autoincrement,
    name text not null,
    admin_id integer references chatapi_users (id) on delete set null
) strict;
create index chatapi_rooms_admin on chatapi_rooms (admin_id);

create table chatapi_room_members (
    room_id integer not null references chatapi_rooms (id) on delete cascade,
    user_id integer not null references chatapi_users (id) on delete cascade,
    primary key (room_id, user_id)
) strict, without rowid;
create index chatapi_room_members_user on chatapi_room_members (user_id, room_id);

-- `folded` is what search reads: see `text::fold`.
create table chatapi_messages (
    id integer primary key autoincrement,
    room_id integer not null references chatapi_rooms (id) on delete cascade,
    user_id integer not null references chatapi_users (id) on delete cascade,
    content text not null,
    folded text not null,
    created_at integer not null,
    updated_at integer not null
) strict;
create index chatapi_messages_created on chatapi_messages (created_at, id);
create index chatapi_messages_updated on chatapi_messages (updated_at);
create index chatapi_messages_room on chatapi_messages (room_id, created_at, id);
create index chatapi_messages_user on chatapi_messages (user_id, created_at, id);

-- What every instance must have alike and nobody sets by hand, such as a generated key.
create table chatapi_secrets (
    name text primary key,
    value text not null
) strict;
