-- What the shop sells; `room` is the id of the room in which a product is talked about.
create table products (
    id integer primary key,
    name text not null,
    room integer not null
) strict;
