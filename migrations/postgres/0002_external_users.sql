-- What the host calls a user of its own; null for accounts of the chat's.
alter table chatapi_users add column external_id text collate "C";
create unique index chatapi_users_external on chatapi_users (external_id) where external_id is not null;
