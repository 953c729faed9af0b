create table orders (
    id integer primary key,
    tea text not null
) strict;
