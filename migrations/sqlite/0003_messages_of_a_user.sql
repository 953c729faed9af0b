-- Who is asked for by author is asked for room by room: each gives its own in order.
create index chatapi_messages_author on chatapi_messages (user_id, room_id, created_at, id);
drop index chatapi_messages_user;
