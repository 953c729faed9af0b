-- The index by the terms that search engines use: pending texts, tombstones, blocks, tiers and document ids. Names change and
-- nothing else, so that this takes no longer where there are many messages.
alter table chatapi_fresh_texts rename to chatapi_pending_texts;
alter index chatapi_fresh_texts_pkey rename to chatapi_pending_texts_pkey;
alter index chatapi_fresh_texts_without_stems rename to chatapi_pending_texts_without_stems;
alter table chatapi_dead_texts rename to chatapi_tombstones;
alter table chatapi_tombstones rename column ordinal to doc_id;
alter index chatapi_dead_texts_pkey rename to chatapi_tombstones_pkey;
alter table chatapi_segment_pages rename to chatapi_segment_blocks;
alter index chatapi_segment_pages_pkey rename to chatapi_segment_blocks_pkey;
alter table chatapi_segment_blocks
    rename constraint chatapi_segment_pages_segment_id_fkey to chatapi_segment_blocks_segment_id_fkey;
alter table chatapi_segments rename column level to tier;

-- The functions name the tables of the schema that they are in, whatever the path of the session is.
create or replace function chatapi_forget_texts() returns trigger language plpgsql set search_path from current as $$
begin
    with pending as (
        delete from chatapi_pending_texts p using gone
        where p.room_id = gone.room_id and p.created_at = gone.created_at and p.message_id = gone.id
        returning p.message_id
    )
    insert into chatapi_tombstones (room_id, message_id)
    select gone.room_id, gone.id from gone
    where not exists (select from pending where pending.message_id = gone.id)
    and exists (select from chatapi_rooms r where r.id = gone.room_id)
    on conflict do nothing;
    return null;
end $$;

create or replace function chatapi_forget_room() returns trigger language plpgsql set search_path from current as $$
begin
    delete from chatapi_pending_texts where room_id = old.id;
    delete from chatapi_tombstones where room_id = old.id;
    return null;
end $$;
