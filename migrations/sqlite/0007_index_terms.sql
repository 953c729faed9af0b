-- The index by the terms that search engines use: pending texts, tombstones, blocks, tiers and document ids. Names change and
-- nothing else, so that this takes no longer where there are many messages. SQLite renames them in the triggers too.
alter table chatapi_fresh_texts rename to chatapi_pending_texts;
drop index chatapi_fresh_texts_without_stems;
create index chatapi_pending_texts_without_stems on chatapi_pending_texts (room_id) where stems is null;
alter table chatapi_dead_texts rename to chatapi_tombstones;
alter table chatapi_tombstones rename column ordinal to doc_id;
alter table chatapi_segment_pages rename to chatapi_segment_blocks;
alter table chatapi_segments rename column level to tier;
