-- The tables that Django 5.0.6 makes on SQLite, as sqlite_master shows them.
CREATE TABLE "auth_user" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "password" varchar(128) NOT NULL, "last_login" datetime NULL, "is_superuser" bool NOT NULL, "username" varchar(150) NOT NULL UNIQUE, "last_name" varchar(150) NOT NULL, "email" varchar(254) NOT NULL, "is_staff" bool NOT NULL, "is_active" bool NOT NULL, "date_joined" datetime NOT NULL, "first_name" varchar(150) NOT NULL);
CREATE TABLE "chat_room" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar(100) NOT NULL, "admin_id" integer NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE "chat_room_users" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "room_id" bigint NOT NULL REFERENCES "chat_room" ("id") DEFERRABLE INITIALLY DEFERRED, "user_id" integer NOT NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE "chat_message" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "content" text NOT NULL, "created_at" datetime NOT NULL, "updated_at" datetime NOT NULL, "user_id" integer NOT NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED, "room_id" bigint NOT NULL REFERENCES "chat_room" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE INDEX "chat_room_admin_id_c76d7b0c" ON "chat_room" ("admin_id");
CREATE UNIQUE INDEX "chat_room_users_room_id_user_id_337d51c3_uniq" ON "chat_room_users" ("room_id", "user_id");
CREATE INDEX "chat_room_users_room_id_4cd79c94" ON "chat_room_users" ("room_id");
CREATE INDEX "chat_room_users_user_id_c5cabb53" ON "chat_room_users" ("user_id");
CREATE INDEX "chat_message_user_id_a47c01bb" ON "chat_message" ("user_id");
CREATE INDEX "chat_message_room_id_5e7d8d78" ON "chat_message" ("room_id");
