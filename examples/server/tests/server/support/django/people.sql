-- The hashes are Django's own, of zaq123wsx!Q. What stands in braces is put in by the test.
insert into auth_user
    (id, username, password, last_login, is_superuser, first_name, last_name, email, is_staff, is_active, date_joined)
values
    (7, 'ada', 'pbkdf2_sha256$1000$seasaltseasaltseasalt22$yksLla/8qCVHKw3+YSdeM6d1INlNg3RGcV0jZWYVmRw=',
     '2024-05-05 05:05:05.5', true, 'Ada', 'L', 'Ada@example.org', true, true, '2023-12-31 23:59:59.999999'),
    (9, 'bob', 'argon2$argon2id$v=19$m=102400,t=2,p=8$c2Vhc2FsdHNlYXNhbHRzZWFzYWx0MjI$bbUOReL5W1Nsru4XG/fitpfzWxY59rsmapLCW1tvyG0',
     null, false, '', '', '', false, true, '2024-01-01 00:00:00'),
    (11, 'carol', '!ajKyhzCOdlpt0WaSAnGtowgKmZKtpFJYQsI5kj5n', null, false, '', '', '', false, true, '2024-01-01 00:00:00'),
    (12, 'dan', 'pbkdf2_sha256$1000$seasaltseasaltseasalt22$yksLla/8qCVHKw3+YSdeM6d1INlNg3RGcV0jZWYVmRw=',
     null, false, '', '', '', false, false, '2024-01-01 00:00:00'),
    (13, 'eve', 'bcrypt_sha256$$2b$12$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234', null, false, '', '', '', false,
     true, '2024-01-01 00:00:00');
insert into chat_room (id, name, admin_id) values (4, 'Tea & biscuits', 7), (5, 'Nobody''s', null);
insert into chat_room_users (id, room_id, user_id) values (20, 4, 9), (21, 4, 7), (22, 5, 9);
insert into chat_message (id, content, created_at, updated_at, user_id, room_id) values
    (100, 'Hello, tea drinkers', '2024-01-02 03:04:05', '2024-01-02 03:04:05', 7, 4),
    (101, 'a tab	a backslash \ a \N a \. "quotes" it''s
two lines{CR}
<b>🙂</b>',
     '2024-01-02 03:04:05.000001', '2024-02-03 04:05:06.789012', 9, 4),
    (205, 'Schöne Grüße', '2023-11-22 09:11:47.809284', '2023-11-22 09:11:47.809300', 9, 5);
