create table users (id serial primary key, email text unique, nick text); alter table users drop column nick; alter table users rename email to email_address; create index i on users (lower(email_address));
--> public.users(id, email_address) -nick -email>email_address PrimaryKey users_pkey(id) Unique users_email_key(email_address) Index i(email_address)

create table users (id int); alter table users rename to people; alter table people add b text;
--> public.people(id, b)
--> dropped public.users(id)

create table users (id int, old text); drop table users; create table users (id int, new text);
--> public.users(id, new) -old

create table a (id int primary key); create table b (a_id int references a); alter table a rename id to key; alter table a rename to c;
--> public.b(a_id) ForeignKey b_a_id_fkey(a_id)->public.c.key
--> public.c(key) -id>key PrimaryKey a_pkey(key)
--> dropped public.a(key) -id>key

create table t (a int, b int); create view v as select a as x from t where b > 1; alter table t rename a to c;
--> public.t(c, b) -a>c
--> public.v(x) <public.t.c:x> <public.t.b:>

create table t (a int); create view v as select * from t; create view w as select a from v; drop table t cascade;
--> dropped public.t(a)
--> dropped public.v(a) <*public.t.a:a>
--> dropped public.w(a) <public.v.a:a>

create table p (a int) partition by list (a); create table p1 partition of p for values in (1); alter table p add b int; alter table p drop a;
--> public.p(b) -a
--> public.p1(b) -a

create schema s; set search_path = s; create table t (a int); create table public.u (a int);
--> public.u(a)
--> s.t(a)

create table t (a int, email text); create function f() returns trigger language plpgsql as $$ begin new.email := lower(new.email); return new; end $$; create trigger tr before insert on t for each row execute function f();
--> public.t(a, email) Trigger tr(email)

create schema app; create table app.u (id int); alter table u add column b int;
--> app.u(id, b)

create schema a; create schema b; create table a.u (id int); create table b.u (id int); alter table u add column c int;
--> a.u(id)
--> b.u(id)
--> public.u(c)
--> unknown (public.u)

alter table ghosts add column a int;
--> public.ghosts(a)
--> unknown (public.ghosts)

create table t (a int); create temp table x as select a from t; create table y as select a, 1 as one from t;
--> public.t(a)
--> public.y(a, one)

create table t (a int); alter table t add column if not exists a int; create table if not exists t (a int, b int);
--> public.t(a)

create table t (a int); alter table t flip a; do $$ begin execute 'alter table t ' || x; end $$;
--> public.t(a)
--> unknown ()
--> unknown (public.t)

create schema s; create table s.t (a int); alter schema s rename to r; alter table r.t set schema public;
--> public.t(a)
--> dropped r.t(a)
--> dropped s.t(a)

create table m (id int primary key, u int); create table n (id int, owner int); alter table n enable row level security; create policy p on n using (exists (select 1 from m where m.u = n.owner));
--> public.m(id, u) PrimaryKey m_pkey(id)
--> public.n(id, owner) Policy p(owner)->public.m.u

create view v as select 1 as a; create or replace view v as select 1 as a, 2 as b; create or replace view v as select 2 as b;
--> public.v(b) -a
