create table t (a int, b int, primary key (a), key k (a, b), constraint f foreign key (b) references o (id)); alter table t drop column b, drop primary key;
--> t(a) -b Index k(a)

create table t (a int); create table u like t; alter table u change a b bigint;
--> t(a)
--> u(b) -a>b
