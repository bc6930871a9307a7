create table users (id integer primary key, email text, nick text); create table posts (id integer, user_id integer references users(id)); create table new_users (id integer primary key, mail text); insert into new_users select id, email from users; drop table users; alter table new_users rename to users;
--> posts(id, user_id) ForeignKey -(user_id)->users.id
--> users(id, mail) -email -nick PrimaryKey -(id)
--> dropped new_users(id, mail)

create table Users (Id integer, Email text); alter table users rename column email to mail; create index i on USERS (MAIL);
--> Users(Id, mail) -Email>mail Index i(mail)
