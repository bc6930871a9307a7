CREATE TABLE [dbo].[Users] ([Id] INT IDENTITY(1,1) NOT NULL, [Email] NVARCHAR(MAX) NULL, CONSTRAINT [PK] PRIMARY KEY CLUSTERED ([Id] ASC))
GO
ALTER TABLE dbo.Users ADD a int, b nvarchar(9) NOT NULL
GO
ALTER TABLE dbo.Users DROP COLUMN a, b
GO
ALTER TABLE dbo.Users ALTER COLUMN Email nvarchar(20) NOT NULL;
EXEC sp_rename 'dbo.Users.Email', 'Mail', 'COLUMN';
--> Table dbo.Users(Id int!=, Email nvarchar(max)) PrimaryKey PK on dbo.Users(Id) @ [Users]
--> add dbo.Users a int @ a
--> add dbo.Users b nvarchar(9)! @ b
--> DropColumn { table: TableName { schema: Some("dbo"), name: "Users" }, column: "a", cascade: false } @ a
--> DropColumn { table: TableName { schema: Some("dbo"), name: "Users" }, column: "b", cascade: false } @ b
--> AlterColumn { table: TableName { schema: Some("dbo"), name: "Users" }, column: "Email", data_type: Some("nvarchar(20)"), nullable: Some(false), has_default: None } @ Email nvarchar(20) NOT NULL
--> RenameColumn { table: TableName { schema: Some("dbo"), name: "Users" }, from: "Email", to: "Mail" } @ dbo.Users.Email
