//! What each operation of Alembic does to the schema (Alembic 1.13, "Operation Reference").

use super::run::Run;
use crate::declare::sql::steps_of;
use crate::declare::sqlalchemy::{DeclaredColumn, Role, column_of_table, items};
use crate::text::SourceText;
use impact_facts::{
    Argument, Call, ColumnDefinition, CreateTable, Dependent, DependentKind, ExpressionId,
    ExpressionKind, Piece, RelationKind, SchemaChange, Span, TableName,
};

/// A table that a batch alters.
#[derive(Debug, Clone)]
pub(super) struct Batch {
    pub table: TableName,
}

/// The arguments of one operation, the table first where a batch has said it.
struct Operation<'r, 'a, 'p> {
    run: &'r mut Run<'a, 'p>,
    call: &'p Call,
    span: Span,
    batch: Option<Batch>,
}

type Apply = fn(&mut Operation<'_, '_, '_>);

/// Every operation that changes the schema or the data. What is not here changes neither.
const OPERATIONS: &[(&str, Apply)] = &[
    ("create_table", create_table),
    ("drop_table", drop_table),
    ("rename_table", rename_table),
    ("add_column", add_column),
    ("drop_column", drop_column),
    ("alter_column", alter_column),
    ("create_index", create_index),
    ("drop_index", drop_dependent),
    ("create_unique_constraint", create_unique),
    ("create_primary_key", create_primary_key),
    ("create_foreign_key", create_foreign_key),
    ("drop_constraint", drop_dependent),
    ("create_check_constraint", create_check),
    ("execute", execute),
    ("bulk_insert", data),
];

/// Applies a call if it is an operation of Alembic's, or runs SQL text.
pub(super) fn apply<'p>(run: &mut Run<'_, 'p>, call: &'p Call, span: Span) -> bool {
    let ExpressionKind::Attribute(attribute) = &run.module().expression(call.callee).kind else {
        return false;
    };
    let name = run.module().name(attribute.name);
    let batch = match run.module().expression(attribute.of).kind {
        ExpressionKind::Name(of) => run.batches.get(&of).cloned(),
        _ => None,
    };
    let known = OPERATIONS.iter().find(|(known, _)| *known == name);
    let counts = batch.is_some() || name == "execute" || is_operations(run, attribute.of);
    let Some((_, apply)) = known.filter(|_| counts) else {
        return false;
    };
    apply(&mut Operation {
        run,
        call,
        span,
        batch,
    });
    true
}

/// `op` of `from alembic import op`, however it is named.
fn is_operations(run: &Run<'_, '_>, id: ExpressionId) -> bool {
    let found = run
        .cx
        .program
        .resolve_expression(run.cx.file, run.cx.place, id);
    found
        .external()
        .is_some_and(|name| name.starts_with("alembic."))
        || run.module().dotted(id).as_deref() == Some("op")
}

/// `op.batch_alter_table("t")`.
pub(super) fn batch(run: &Run<'_, '_>, call: &Call) -> Option<Batch> {
    let ExpressionKind::Attribute(attribute) = &run.module().expression(call.callee).kind else {
        return None;
    };
    if run.module().name(attribute.name) != "batch_alter_table" {
        return None;
    }
    let name = run.text(argument(run, call, 0, "table_name")?.value)?;
    let schema = argument(run, call, usize::MAX, "schema").and_then(|a| run.text(a.value));
    Some(Batch {
        table: TableName {
            schema: schema.map(Into::into),
            name: name.into(),
        },
    })
}

fn argument<'c>(run: &Run<'_, '_>, call: &'c Call, at: usize, name: &str) -> Option<&'c Argument> {
    let named = call.arguments.iter().find(|argument| {
        argument
            .name
            .is_some_and(|(given, _)| run.module().name(given) == name)
    });
    named.or_else(|| {
        call.arguments
            .iter()
            .filter(|argument| argument.name.is_none())
            .nth(at)
    })
}

impl<'p> Operation<'_, '_, 'p> {
    /// The argument at a place of the plain form; in a batch the table's place is not there.
    fn at(&self, place: usize, table_place: usize, name: &str) -> Option<ExpressionId> {
        let moved = self.batch.is_some() && place > table_place;
        let place = if moved { place - 1 } else { place };
        argument(self.run, self.call, place, name).map(|argument| argument.value)
    }

    fn named(&self, name: &str) -> Option<ExpressionId> {
        argument(self.run, self.call, usize::MAX, name).map(|argument| argument.value)
    }

    fn table(&self, place: usize, names: &[&str]) -> Option<TableName> {
        if let Some(batch) = &self.batch {
            return Some(batch.table.clone());
        }
        let named = names.iter().find_map(|name| self.named(name));
        let plain = || argument(self.run, self.call, place, "").map(|argument| argument.value);
        let name = self.run.text(named.or_else(plain)?)?;
        let schema = ["schema", "source_schema"]
            .iter()
            .find_map(|name| self.named(name));
        Some(table_name(
            &name,
            schema.and_then(|schema| self.run.text(schema)),
        ))
    }

    fn texts(&self, id: ExpressionId) -> Vec<(Box<str>, Span)> {
        let id = self.run.resolved(id);
        let all = items(self.run.cx, id).into_iter();
        all.filter_map(|item| Some((self.run.text(item)?.into(), self.run.span(item))))
            .collect()
    }

    fn unknown(&mut self, what: &str) {
        let span = self.span;
        self.run.push(SchemaChange::Unknown(what.into()), span);
    }

    fn dependent(&mut self, dependent: Dependent) {
        let span = dependent.span;
        self.run.push(SchemaChange::AddDependent(dependent), span);
    }

    fn blank(
        &self,
        kind: DependentKind,
        name: Option<ExpressionId>,
        table: TableName,
    ) -> Dependent {
        let name = name.and_then(|name| self.run.text(name)).map(Into::into);
        Dependent {
            kind,
            name,
            table,
            columns: Vec::new(),
            computed: Vec::new(),
            foreign: Vec::new(),
            function: None,
            span: self.span,
        }
    }
}

fn table_name(name: &str, schema: Option<String>) -> TableName {
    match (schema, name.split_once('.')) {
        (Some(schema), _) => TableName::qualified(&schema, name),
        (None, Some((schema, name))) => TableName::qualified(schema, name),
        (None, None) => TableName::bare(name),
    }
}

fn create_table(op: &mut Operation<'_, '_, '_>) {
    let Some(name) = op.table(0, &["table_name"]) else {
        return op.unknown("a table whose name is computed");
    };
    let mut table = CreateTable {
        name,
        columns: Vec::new(),
        dependents: Vec::new(),
        if_not_exists: false,
        kind: RelationKind::Table,
        query: None,
        foreign: None,
    };
    for argument in op
        .call
        .arguments
        .iter()
        .skip(1)
        .filter(|argument| argument.name.is_none())
    {
        table_part(op, op.run.resolved(argument.value), &mut table);
    }
    let span = op
        .call
        .arguments
        .first()
        .map_or(op.span, |first| op.run.span(first.value));
    op.run.push(SchemaChange::CreateTable(table), span);
}

fn table_part(op: &Operation<'_, '_, '_>, id: ExpressionId, table: &mut CreateTable) {
    let Some(call) = op.run.call(id) else { return };
    if op.run.cx.role(call.callee) == Some(Role::Column) {
        if let Some(column) = column_of_table(op.run.cx, call) {
            table
                .dependents
                .extend(column_dependents(&column, &table.name));
            table.columns.push(definition(&column));
        }
        return;
    }
    let word = op.run.module().dotted(call.callee).unwrap_or_default();
    let kind = match word.rsplit('.').next().unwrap_or_default() {
        "PrimaryKeyConstraint" => DependentKind::PrimaryKey,
        "UniqueConstraint" => DependentKind::Unique,
        "ForeignKeyConstraint" => DependentKind::ForeignKey,
        "Index" => DependentKind::Index,
        _ => return,
    };
    table
        .dependents
        .push(constraint(op, call, kind, &table.name, op.run.span(id)));
}

/// `UniqueConstraint("a", "b", name=…)`, `ForeignKeyConstraint(["a"], ["t.b"])`, `Index("name", "a")`.
fn constraint(
    op: &Operation<'_, '_, '_>,
    call: &Call,
    kind: DependentKind,
    table: &TableName,
    span: Span,
) -> Dependent {
    let name = argument(op.run, call, usize::MAX, "name").map(|argument| argument.value);
    let mut made = Dependent {
        span,
        ..op.blank(kind, name, table.clone())
    };
    let mut plain = call
        .arguments
        .iter()
        .filter(|argument| argument.name.is_none());
    if kind == DependentKind::Index {
        made.name = plain
            .next()
            .and_then(|first| op.run.text(first.value))
            .map(Into::into);
    }
    if kind == DependentKind::ForeignKey {
        made.columns = plain
            .next()
            .map(|own| op.texts(own.value))
            .unwrap_or_default();
        let foreign = plain
            .next()
            .map(|other| op.texts(other.value))
            .unwrap_or_default();
        made.foreign = foreign
            .iter()
            .filter_map(|(path, _)| pointed(path))
            .collect();
    } else {
        made.columns = plain
            .flat_map(|argument| op.texts(argument.value))
            .collect();
    }
    made
}

/// `schema.table.column`.
fn pointed(path: &str) -> Option<(TableName, Box<str>)> {
    let (table, column) = path.rsplit_once('.')?;
    Some((table_name(table, None), column.into()))
}

fn definition(column: &DeclaredColumn) -> ColumnDefinition {
    let field = &column.field;
    ColumnDefinition {
        name: field.column.clone(),
        data_type: field.data_type.to_lowercase().into(),
        nullable: field.nullable,
        has_default: column.server_default,
        generated_from: Vec::new(),
        span: field.declared_at.span,
    }
}

fn column_dependents(column: &DeclaredColumn, table: &TableName) -> Vec<Dependent> {
    let field = &column.field;
    let foreign = column.points_at.as_deref().and_then(pointed);
    let kinds = [
        (field.primary_key, DependentKind::PrimaryKey),
        (foreign.is_some(), DependentKind::ForeignKey),
    ];
    kinds
        .into_iter()
        .filter(|(holds, _)| *holds)
        .map(|(_, kind)| Dependent {
            kind,
            name: None,
            table: table.clone(),
            columns: vec![(field.column.clone(), field.declared_at.span)],
            computed: Vec::new(),
            foreign: match kind {
                DependentKind::ForeignKey => foreign.clone().into_iter().collect(),
                _ => Vec::new(),
            },
            function: None,
            span: field.declared_at.span,
        })
        .collect()
}

fn drop_table(op: &mut Operation<'_, '_, '_>) {
    match op.table(0, &["table_name"]) {
        Some(name) => {
            let span = op
                .call
                .arguments
                .first()
                .map_or(op.span, |a| op.run.span(a.value));
            op.run.push(
                SchemaChange::DropRelation {
                    name,
                    if_exists: false,
                    cascade: false,
                },
                span,
            );
        }
        None => op.unknown("a table whose name is computed"),
    }
}

fn rename_table(op: &mut Operation<'_, '_, '_>) {
    let from = op.table(0, &["old_table_name"]);
    let to = op
        .at(1, usize::MAX, "new_table_name")
        .and_then(|id| op.run.text(id));
    match (from, to) {
        (Some(from), Some(to)) => {
            let to = TableName {
                schema: from.schema.clone(),
                name: to.into(),
            };
            let span = op.span;
            op.run.push(SchemaChange::RenameRelation { from, to }, span);
        }
        _ => op.unknown("a table whose name is computed"),
    }
}

fn add_column(op: &mut Operation<'_, '_, '_>) {
    let table = op.table(0, &["table_name"]);
    let column = op.at(1, 0, "column").map(|id| op.run.resolved(id));
    let column = column.and_then(|id| op.run.call(id));
    let Some((table, column)) = table.zip(column.and_then(|call| column_of_table(op.run.cx, call)))
    else {
        return op.unknown("a column that is computed");
    };
    let span = column.field.declared_at.span;
    let dependents = column_dependents(&column, &table);
    let column = definition(&column);
    op.run.push(
        SchemaChange::AddColumn {
            table,
            column,
            if_not_exists: false,
        },
        span,
    );
    for dependent in dependents {
        op.run.push(SchemaChange::AddDependent(dependent), span);
    }
}

fn drop_column(op: &mut Operation<'_, '_, '_>) {
    let table = op.table(0, &["table_name"]);
    let id = op.at(1, 0, "column_name");
    match (table, id.and_then(|id| op.run.text(id))) {
        (Some(table), Some(column)) => {
            let span = id.map_or(op.span, |id| op.run.span(id));
            let column = column.into();
            op.run.push(
                SchemaChange::DropColumn {
                    table,
                    column,
                    cascade: false,
                },
                span,
            );
        }
        _ => op.unknown("a column whose name is computed"),
    }
}

fn alter_column(op: &mut Operation<'_, '_, '_>) {
    let table = op.table(0, &["table_name"]);
    let id = op.at(1, 0, "column_name");
    let Some((table, column)) = table.zip(id.and_then(|id| op.run.text(id))) else {
        return op.unknown("a column whose name is computed");
    };
    let span = id.map_or(op.span, |id| op.run.span(id));
    let (data_type, nullable) = (op.named("type_"), op.named("nullable"));
    let default = op.named("server_default");
    if data_type.is_some() || nullable.is_some() || default.is_some() {
        let data_type = data_type.map(|id| type_word(op, id));
        let kind = |id: ExpressionId| &op.run.module().expression(id).kind;
        let nullable = nullable.and_then(|id| match kind(id) {
            ExpressionKind::Bool(value) => Some(*value),
            _ => None,
        });
        let nothing = |id: ExpressionId| {
            matches!(kind(id), ExpressionKind::Null | ExpressionKind::Bool(false))
        };
        let has_default = default.map(|id| !nothing(id));
        let column = column.as_str().into();
        let table = table.clone();
        let change = SchemaChange::AlterColumn {
            table,
            column,
            data_type,
            nullable,
            has_default,
        };
        op.run.push(change, span);
    }
    let renamed = op.named("new_column_name").or_else(|| op.named("name"));
    if let Some(to) = renamed.and_then(|id| op.run.text(id)) {
        let change = SchemaChange::RenameColumn {
            table,
            from: column.into(),
            to: to.into(),
        };
        op.run.push(change, span);
    }
}

fn type_word(op: &Operation<'_, '_, '_>, id: ExpressionId) -> Box<str> {
    let callee = op.run.call(id).map_or(id, |call| call.callee);
    let dotted = op
        .run
        .module()
        .dotted(callee)
        .unwrap_or_default()
        .to_lowercase();
    dotted.rsplit('.').next().unwrap_or_default().into()
}

fn create_index(op: &mut Operation<'_, '_, '_>) {
    of_columns(op, DependentKind::Index, "index_name", 2);
}

fn create_unique(op: &mut Operation<'_, '_, '_>) {
    of_columns(op, DependentKind::Unique, "constraint_name", 2);
}

fn create_primary_key(op: &mut Operation<'_, '_, '_>) {
    of_columns(op, DependentKind::PrimaryKey, "constraint_name", 2);
}

/// `create_index(name, table, columns)` and its kin.
fn of_columns(op: &mut Operation<'_, '_, '_>, kind: DependentKind, name: &str, place: usize) {
    let Some(table) = op.table(1, &["table_name"]) else {
        return op.unknown("a table whose name is computed");
    };
    let name = op.at(0, usize::MAX, name);
    let columns = op
        .at(place, 1, "columns")
        .map(|id| op.texts(id))
        .unwrap_or_default();
    let blank = op.blank(kind, name, table);
    op.dependent(Dependent { columns, ..blank });
}

fn create_foreign_key(op: &mut Operation<'_, '_, '_>) {
    let Some(table) = op.table(1, &["source_table"]) else {
        return op.unknown("a table whose name is computed");
    };
    let name = op.at(0, usize::MAX, "constraint_name");
    let other = op.at(2, 1, "referent_table").and_then(|id| op.run.text(id));
    let schema = op.named("referent_schema").and_then(|id| op.run.text(id));
    let columns = op
        .at(3, 1, "local_cols")
        .map(|id| op.texts(id))
        .unwrap_or_default();
    let remote = op
        .at(4, 1, "remote_cols")
        .map(|id| op.texts(id))
        .unwrap_or_default();
    let other = other.map(|other| table_name(&other, schema));
    let foreign = other.into_iter().flat_map(|other| {
        remote
            .iter()
            .map(move |(column, _)| (other.clone(), column.clone()))
            .collect::<Vec<_>>()
    });
    let foreign = foreign.collect();
    let blank = op.blank(DependentKind::ForeignKey, name, table);
    op.dependent(Dependent {
        columns,
        foreign,
        ..blank
    });
}

fn create_check(op: &mut Operation<'_, '_, '_>) {
    let Some(table) = op.table(1, &["table_name"]) else {
        return op.unknown("a table whose name is computed");
    };
    let name = op.at(0, usize::MAX, "constraint_name");
    let condition = op.at(2, 1, "condition");
    let source = condition.and_then(|id| op.run.source(op.run.resolved(id)));
    let columns = source.map_or(Vec::new(), |source| words(&source));
    let blank = op.blank(DependentKind::Check, name, table);
    op.dependent(Dependent { columns, ..blank });
}

/// Every word of a condition: in a step, names of an expression that may be something else are among the columns.
fn words(source: &SourceText) -> Vec<(Box<str>, Span)> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = Vec::new();
    let mut start = None;
    for (at, c) in source.text.char_indices().chain([(source.text.len(), ' ')]) {
        match (is_word(c), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                if let Some(word) = source.text.get(from..at) {
                    let span = source.locate(Span::new(from as u32, at as u32));
                    found.push((word.into(), span));
                }
                start = None;
            }
            _ => {}
        }
    }
    found
}

fn drop_dependent(op: &mut Operation<'_, '_, '_>) {
    let name = op
        .at(0, usize::MAX, "index_name")
        .or_else(|| op.named("constraint_name"));
    let Some(name) = name.and_then(|id| op.run.text(id)) else {
        return;
    };
    let table = op.table(1, &["table_name"]);
    let span = op.span;
    op.run.push(
        SchemaChange::DropDependent {
            table,
            name: name.into(),
        },
        span,
    );
}

/// `op.execute("…")`, `connection.execute(text("…"))`: the statements' own steps.
fn execute(op: &mut Operation<'_, '_, '_>) {
    let Some(argument) = op.call.arguments.first() else {
        return;
    };
    let id = unwrapped(op, op.run.resolved(argument.value));
    let Some(source) = op.run.source(id) else {
        let span = op.span;
        return op.run.push(SchemaChange::Data, span);
    };
    let all = Span::new(0, source.text.len() as u32);
    let dialect = op.run.dialect;
    op.run.steps.extend(steps_of(&source, all, dialect));
}

/// `text("…")` and `DDL("…")` are their argument.
fn unwrapped(op: &Operation<'_, '_, '_>, id: ExpressionId) -> ExpressionId {
    let inner = op.run.call(id).filter(|call| {
        let word = op.run.module().dotted(call.callee).unwrap_or_default();
        matches!(word.rsplit('.').next(), Some("text" | "DDL" | "dedent"))
    });
    let first = inner.and_then(|call| call.arguments.first());
    first.map_or(id, |argument| op.run.resolved(argument.value))
}

fn data(op: &mut Operation<'_, '_, '_>) {
    let span = op.span;
    op.run.push(SchemaChange::Data, span);
}

impl Run<'_, '_> {
    /// The text that an expression makes, holes filled where they are bound to strings.
    pub(super) fn source(&self, id: ExpressionId) -> Option<SourceText> {
        match &self.module().expression(id).kind {
            ExpressionKind::Text(text) => {
                let text = self.module().text(*text);
                let mut source = SourceText::default();
                for piece in &text.pieces {
                    match piece {
                        Piece::Literal(literal) => source.literal(literal),
                        Piece::Hole(hole) => match self.text(hole.expression) {
                            Some(known) => source.filled(&known, hole.span),
                            None => source.hole(hole.span),
                        },
                        Piece::Alternatives(_) | Piece::Repeat(_) => {}
                    }
                }
                Some(source)
            }
            ExpressionKind::Binary(binary) if self.module().name(binary.operator) == "+" => {
                let mut left = self.source(self.resolved(binary.left))?;
                left.append(&self.source(self.resolved(binary.right))?);
                Some(left)
            }
            ExpressionKind::Name(_) | ExpressionKind::Attribute(_) => {
                let text = self.cx.text(id)?;
                let mut source = SourceText::default();
                source.filled(&text, self.span(id));
                Some(source)
            }
            _ => None,
        }
    }
}
