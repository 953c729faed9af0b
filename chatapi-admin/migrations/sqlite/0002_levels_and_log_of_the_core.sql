-- Who may only look, and what staff did, are the core's to know since its migration 0005.
update chatapi_users set is_viewer = 1 where id in (select user_id from chatapi_admin_viewers);
drop table chatapi_admin_viewers;

insert into chatapi_audit_log (at, actor_id, actor, action, kind, object_id, object, detail)
select at, actor_id, actor, action, kind, object_id, object, detail from chatapi_admin_log order by id;
drop table chatapi_admin_log;

create index chatapi_admin_users_viewer on chatapi_users (username, id) where is_viewer;
create index chatapi_admin_users_awaiting on chatapi_users (username, id) where awaits_activation;
