CREATE TABLE `users` (`id` int(11) unsigned NOT NULL AUTO_INCREMENT, `Email` varchar(255) CHARACTER SET utf8 COLLATE utf8_bin DEFAULT NULL COMMENT 'it''s, DROP', `kind` enum('a','b') NOT NULL DEFAULT 'a', `at` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, `low` varchar(9) AS (lower(`Email`)) VIRTUAL, PRIMARY KEY (`id`), UNIQUE KEY `u` (`Email`(10)), KEY `k` (`kind`,`at`), FULLTEXT KEY `ft` (`Email`), CONSTRAINT `fk` FOREIGN KEY (`org_id`) REFERENCES `orgs` (`id`)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
--> Table users(id int(11) unsigned!=, Email varchar(255), kind enum('a','b')!=, at timestamp!=, low varchar(9)=<-Email) PrimaryKey - on users(id); Unique u on users(Email); Index k on users(kind, at); Index ft on users(Email); ForeignKey fk on users(org_id) -> orgs.id @ `users`

ALTER TABLE users CHANGE COLUMN email mail varchar(99) NOT NULL AFTER id, MODIFY kind text, DROP KEY k, DROP FOREIGN KEY fk, DROP PRIMARY KEY, DROP INDEX u, ADD INDEX n (a), ADD COLUMN (x int, y int), RENAME TO people, ENGINE=InnoDB, DROP z;
--> RenameColumn { table: TableName { schema: None, name: "users" }, from: "email", to: "mail" } @ email
--> AlterColumn { table: TableName { schema: None, name: "users" }, column: "mail", data_type: Some("varchar(99)"), nullable: Some(false), has_default: Some(false) } @ mail
--> AlterColumn { table: TableName { schema: None, name: "users" }, column: "kind", data_type: Some("text"), nullable: Some(true), has_default: Some(false) } @ kind
--> DropDependent { table: Some(TableName { schema: None, name: "users" }), name: "k" } @ k
--> DropDependent { table: Some(TableName { schema: None, name: "users" }), name: "fk" } @ fk
--> DropDependent { table: Some(TableName { schema: None, name: "users" }), name: "PRIMARY" } @ users
--> DropDependent { table: Some(TableName { schema: None, name: "users" }), name: "u" } @ u
--> Index n on users(a) @ INDEX n (a)
--> add users x int @ x
--> add users y int @ y
--> RenameRelation { from: TableName { schema: None, name: "users" }, to: TableName { schema: None, name: "people" } } @ people
--> DropColumn { table: TableName { schema: None, name: "people" }, column: "z", cascade: false } @ z

RENAME TABLE a TO b, c TO d.e;
--> RenameRelation { from: TableName { schema: None, name: "a" }, to: TableName { schema: None, name: "b" } } @ a
--> RenameRelation { from: TableName { schema: None, name: "c" }, to: TableName { schema: Some("d"), name: "e" } } @ c

CREATE TABLE a LIKE b;
--> Table a() @ a
--> CopyColumns { child: TableName { schema: None, name: "a" }, parent: TableName { schema: None, name: "b" } } @ b

DELIMITER //
CREATE TRIGGER t BEFORE UPDATE ON users FOR EACH ROW BEGIN IF NEW.email <> OLD.email THEN SET NEW.at = NOW(); END IF; END//
DELIMITER ;
DROP TABLE x;
--> function t sql []  "BEGIN IF NEW.email <> OLD.email THEN SET NEW.at = NOW(); END IF; END" @ t
--> Trigger t on users() runs t @ t
--> DropRelation { name: TableName { schema: None, name: "x" }, if_exists: false, cascade: false } @ x

/*!40101 SET NAMES utf8 */;
/*!50001 CREATE ALGORITHM=UNDEFINED DEFINER=`root`@`localhost` SQL SECURITY DEFINER VIEW `v` AS select `a` from `t` */;
--> View v() "select `a` from `t`" @ `v`

CREATE UNIQUE INDEX i USING BTREE ON users (a, (lower(b)));
--> Index i on users(a, ~b) @ i

# DROP TABLE a;
DROP INDEX i ON users;
--> DropDependent { table: Some(TableName { schema: None, name: "users" }), name: "i" } @ i
