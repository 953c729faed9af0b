-- What search reads: see chatapi_core::index. A text stands in chatapi_fresh_texts, where search looks through it, until its
-- room has enough of them for a segment of the index. It stands in one of the two, never in both. Where
-- there are no stems yet, the upkeep has to find them.
create table chatapi_fresh_texts (
    room_id integer not null,
    created_at integer not null,
    message_id integer not null,
    user_id integer not null,
    folded text not null,
    stems text,
    primary key (room_id, created_at, message_id)
) strict, without rowid;
create index chatapi_fresh_texts_without_stems on chatapi_fresh_texts (room_id) where stems is null;
insert into chatapi_fresh_texts (room_id, created_at, message_id, user_id, folded)
select room_id, created_at, id, user_id, folded from chatapi_messages;
alter table chatapi_messages drop column folded;

create table chatapi_segments (
    id integer primary key autoincrement,
    room_id integer not null references chatapi_rooms (id) on delete cascade,
    messages integer not null,
    first_at integer not null,
    first_id integer not null,
    last_at integer not null,
    last_id integer not null,
    least_id integer not null,
    greatest_id integer not null,
    level integer not null
) strict;
create index chatapi_segments_room on chatapi_segments (room_id, last_at);

create table chatapi_segment_pages (
    segment_id integer not null references chatapi_segments (id) on delete cascade,
    name text not null,
    data blob not null,
    primary key (segment_id, name)
) strict, without rowid;

-- Messages whose text in a segment is no longer so: they are gone, or were changed. Segment 0: which one is not known yet.
create table chatapi_dead_texts (
    room_id integer not null,
    message_id integer not null,
    segment_id integer not null default 0,
    ordinal integer not null default 0,
    primary key (room_id, message_id, segment_id)
) strict, without rowid;

create trigger chatapi_forget_texts after delete on chatapi_messages begin
    insert into chatapi_dead_texts (room_id, message_id)
    select old.room_id, old.id
    where not exists (
        select 1 from chatapi_fresh_texts
        where room_id = old.room_id and created_at = old.created_at and message_id = old.id
    ) and exists (select 1 from chatapi_rooms where id = old.room_id)
    on conflict do nothing;
    delete from chatapi_fresh_texts
    where room_id = old.room_id and created_at = old.created_at and message_id = old.id;
end;

create trigger chatapi_forget_room after delete on chatapi_rooms begin
    delete from chatapi_fresh_texts where room_id = old.id;
    delete from chatapi_dead_texts where room_id = old.id;
end;
