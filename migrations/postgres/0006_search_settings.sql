-- How many bytes of text a segment was made of, which bounds what it is merged with; and how texts were read: see
-- chatapi_core::search::Words::analyzer. Empty: before this was recorded.
alter table chatapi_segments
    add column bytes bigint not null default 0,
    add column analyzer text collate "C" not null default '';
alter table chatapi_fresh_texts add column analyzer text collate "C" not null default '';

-- How texts are read from now on, on every instance: one row, if any.
create table chatapi_search_settings (
    id bigint primary key check (id = 1),
    analyzer text collate "C" not null
);
