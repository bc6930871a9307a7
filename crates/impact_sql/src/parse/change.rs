//! Statements that change rows.

use super::expression::Place;
use super::{Parsed, Parser};
use crate::keyword::Keyword;
use crate::syntax::{
    Assignment, Delete, Expr, Item, Merge, MergeAction, Path, SetClause, Shape, Statement,
    TableSource, Update, With,
};
use crate::token::TokenKind;
use impact_facts::{Dialect, Span};

impl<'a> Parser<'a> {
    /// A statement of any kind.
    pub fn any_statement(&mut self) -> Parsed<Statement<'a>> {
        let start = self.at;
        if self.is_symbol(b'(')
            || matches!(self.keyword(), Keyword::Select | Keyword::Values)
            || self.is(Keyword::Table)
        {
            return self.query_statement();
        }
        let with = if self.is(Keyword::With) {
            self.with()?
        } else {
            With::default()
        };
        match self.keyword() {
            Keyword::Insert | Keyword::Replace if !self.symbol_at(1, b'(') => self.insert(with),
            Keyword::Update => self.update(with),
            Keyword::Delete => self.delete(with),
            Keyword::Merge => self.merge(with),
            _ if !with.ctes.is_empty() || !with.named.is_empty() => {
                Ok(Statement::Query(Box::new(self.query_with(start, with)?)))
            }
            Keyword::From if matches!(self.dialect, Dialect::DuckDb | Dialect::ClickHouse) => {
                self.query_statement()
            }
            Keyword::Pivot | Keyword::Unpivot if self.dialect == Dialect::DuckDb => {
                self.query_statement()
            }
            keyword => self.other_statement(keyword),
        }
    }

    /// `t [AS alias]`; a hole makes a name that no catalog has.
    pub(super) fn target_table(&mut self) -> Parsed<TableSource<'a>> {
        self.skip(Keyword::Only);
        if matches!(
            self.kind(),
            Some(TokenKind::Symbol(b'{' | b'%' | b'?' | b':') | TokenKind::Parameter)
        ) {
            let start = self.at;
            self.operand(&mut Vec::new(), Place::Value)?;
            let span = self.span_from(start);
            let path = Path::single(crate::syntax::Ident { name: "", span });
            return Ok(TableSource {
                path,
                alias: self.alias()?,
                arguments: Vec::new(),
            });
        }
        let path = self.path()?;
        self.skip_operator("*");
        let alias = if self.is_hole() || self.is_symbol(b'(') || self.is(Keyword::Partition) {
            crate::syntax::Alias::default()
        } else {
            self.simple_alias()?
        };
        let alias = self.hints_of_target(alias)?;
        if self.is(Keyword::Partition) && self.symbol_at(1, b'(') {
            self.at += 1;
            self.skip_balanced();
        }
        Ok(TableSource {
            path,
            alias,
            arguments: Vec::new(),
        })
    }

    /// `WITH (HOLDLOCK) AS t` of T-SQL.
    fn hints_of_target(
        &mut self,
        alias: crate::syntax::Alias<'a>,
    ) -> Parsed<crate::syntax::Alias<'a>> {
        if !self.is(Keyword::With) || !self.symbol_at(1, b'(') {
            return Ok(alias);
        }
        self.at += 1;
        self.skip_balanced();
        if alias.name.is_none() && !self.is_symbol(b'(') {
            return self.simple_alias();
        }
        Ok(alias)
    }

    pub(super) fn simple_alias(&mut self) -> Parsed<crate::syntax::Alias<'a>> {
        let mut alias = crate::syntax::Alias::default();
        let by_name = self.is(Keyword::By) && self.keyword_at(1) == Keyword::Name;
        if self.skip(Keyword::As) {
            alias.name = Some(self.ident()?);
        } else if self.name_at(0)
            && !matches!(
                self.keyword(),
                Keyword::Default
                    | Keyword::Values
                    | Keyword::Select
                    | Keyword::Set
                    | Keyword::With
                    | Keyword::Table
                    | Keyword::Overriding
                    | Keyword::Using
                    | Keyword::Where
                    | Keyword::From
                    | Keyword::Returning
                    | Keyword::Settings
                    | Keyword::Format
                    | Keyword::On
            )
            && !self.is_word("output")
            && !self.begins_statement_of_batch()
            && !by_name
        {
            alias.name = self.any_ident();
        }
        Ok(alias)
    }

    /// `a`, `a.b`, `a[1].b`.
    pub(super) fn assignment_target(&mut self) -> Parsed<Assignment<'a>> {
        let target = self.path()?;
        let mut subscripts = Vec::new();
        loop {
            if self.is_symbol(b'[') {
                self.subscript(&mut subscripts)?;
            } else if self.is_symbol(b'.') {
                self.at += 1;
                self.ident()?;
            } else {
                return Ok(Assignment { target, subscripts });
            }
        }
    }

    /// `a = x, (b, c) = (…)`: `SET` was read.
    pub fn set_clauses(&mut self, holes: &mut Vec<Span>) -> Parsed<Vec<SetClause<'a>>> {
        let mut list = Vec::new();
        loop {
            if self.is_hole() && !matches!(self.operator_at(1), "=" | ":=")
                || self.is_symbol(b'{')
                || self.is_symbol(b'%')
            {
                holes.push(self.span());
                self.operand(&mut Vec::new(), Place::Value)?;
                if self.skip_operator("=") {
                    list.push(SetClause {
                        targets: Vec::new(),
                        value: Some(self.expr_in(Place::Value)?),
                    });
                }
            } else {
                list.push(self.set_clause(holes)?);
            }
            if !self.skip_symbol(b',') {
                return Ok(list);
            }
        }
    }

    pub(super) fn set_clause(&mut self, holes: &mut Vec<Span>) -> Parsed<SetClause<'a>> {
        let mut targets = Vec::new();
        if self.kind() == Some(TokenKind::Parameter) && self.operator_at(1) == "=" {
            // `SET @old = a = a + 1` of T-SQL, `SET @x = 1`.
            self.at += 2;
            if !(self.name_at(0) && self.operator_at(1) == "=") {
                return Ok(SetClause {
                    targets,
                    value: Some(self.expr_in(Place::Value)?),
                });
            }
        }
        if self.is_symbol(b'(') {
            targets = self.insert_columns(holes)?.unwrap_or_default();
        } else if self.is_hole() && !self.symbol_at(1, b'.') {
            holes.push(self.span());
            self.at += 1;
        } else {
            targets.push(self.assignment_target()?);
        }
        if let Some(clause) = self.write_method(&mut targets)? {
            return Ok(clause);
        }
        if !self.skip_operator("=") && !self.skip_operator(":=") && !self.compound_assignment() {
            return self.fail("is not expected in SET");
        }
        Ok(SetClause {
            targets,
            value: Some(self.expr_in(Place::Value)?),
        })
    }

    /// `SET a.WRITE(text, 0, 1)` of T-SQL.
    fn write_method(&mut self, targets: &mut Vec<Assignment<'a>>) -> Parsed<Option<SetClause<'a>>> {
        let Some(target) = targets.last_mut().filter(|t| t.target.parts.len() > 1) else {
            return Ok(None);
        };
        if self.dialect != Dialect::TSql || !self.symbol_at(0, b'(') {
            return Ok(None);
        }
        target.target.parts.pop();
        Ok(Some(SetClause {
            targets: std::mem::take(targets),
            value: Some(self.expr_in(Place::Value)?),
        }))
    }

    pub(super) fn compound_assignment(&mut self) -> bool {
        let found = matches!(self.operator_at(0), "+=" | "-=" | "*=" | "/=" | "|=");
        self.at += usize::from(found);
        found
    }

    pub(super) fn update(&mut self, with: With<'a>) -> Parsed<Statement<'a>> {
        self.at += 1;
        self.insert_words();
        if self.is(Keyword::Or) {
            self.at += 2;
        }
        self.skip(Keyword::Only);
        if self.is(Keyword::Top) && self.symbol_at(1, b'(') {
            self.at += 1;
            self.skip_balanced();
        }
        let target = self.source_list()?;
        let mut update = Update {
            with,
            target,
            set: Vec::new(),
            from: Vec::new(),
            condition: None,
            more: Vec::new(),
            returning: Vec::new(),
            holes: Vec::new(),
        };
        if self.is_hole() {
            update.holes.push(self.span());
            self.at += 1;
        } else {
            self.expect(Keyword::Set)?;
            update.set = self.set_clauses(&mut update.holes)?;
        }
        while self.update_clause(&mut update)? {}
        Ok(Statement::Update(Box::new(update)))
    }

    pub(super) fn update_clause(&mut self, update: &mut Update<'a>) -> Parsed<bool> {
        if self.is_hole() {
            update.holes.push(self.span());
            self.at += 1;
            return Ok(true);
        }
        match self.keyword() {
            Keyword::From => {
                self.at += 1;
                update.from = self.sources()?;
            }
            Keyword::Where => {
                self.at += 1;
                update.condition = Some(self.expr()?);
            }
            Keyword::Order | Keyword::Limit => self.order_and_limit(&mut update.more)?,
            Keyword::Returning => {
                self.at += 1;
                update.returning = self.items()?;
                self.returning_into()?;
            }
            _ if self.is_word("output") => update.returning.extend(self.output_clause()?),
            _ if self.skip_query_option() => {}
            _ => return Ok(false),
        }
        Ok(true)
    }

    pub(super) fn returning_into(&mut self) -> Parsed<()> {
        if self.skip(Keyword::Into) {
            self.skip_word("strict");
            while self.name_at(0) {
                self.path()?;
                self.skip_symbol(b',');
            }
        }
        Ok(())
    }

    pub(super) fn order_and_limit(&mut self, more: &mut Vec<Expr<'a>>) -> Parsed<()> {
        if self.skip(Keyword::Limit) {
            more.push(self.expr_in(Place::Value)?);
        } else {
            self.at += 2;
            more.extend(self.order_list()?);
        }
        Ok(())
    }

    pub(super) fn delete(&mut self, with: With<'a>) -> Parsed<Statement<'a>> {
        self.at += 1;
        self.insert_words();
        if self.is(Keyword::Top) && self.symbol_at(1, b'(') {
            self.at += 1;
            self.skip_balanced();
        }
        let mut targets = Vec::new();
        while self.name_at(0) && !self.is(Keyword::From) {
            targets.push(self.path()?);
            self.skip_symbol(b'.');
            self.skip_operator("*");
            if !self.skip_symbol(b',') {
                break;
            }
        }
        let target = if self.skip(Keyword::From) || targets.is_empty() {
            self.skip(Keyword::Only);
            self.source_list()?
        } else {
            let path = targets.remove(0);
            self.table(path)?
        };
        let mut delete = Delete {
            with,
            target,
            using: Vec::new(),
            condition: None,
            more: Vec::new(),
            returning: Vec::new(),
            holes: Vec::new(),
        };
        while self.delete_clause(&mut delete)? {}
        Ok(Statement::Delete(Box::new(delete)))
    }

    pub(super) fn delete_clause(&mut self, delete: &mut Delete<'a>) -> Parsed<bool> {
        if self.is_hole() {
            delete.holes.push(self.span());
            self.at += 1;
            return Ok(true);
        }
        match self.keyword() {
            Keyword::Using | Keyword::From => {
                self.at += 1;
                delete.using = self.sources()?;
            }
            Keyword::Where => {
                self.at += 1;
                delete.condition = Some(self.expr()?);
            }
            Keyword::Order | Keyword::Limit => self.order_and_limit(&mut delete.more)?,
            Keyword::Returning => {
                self.at += 1;
                delete.returning = self.items()?;
                self.returning_into()?;
            }
            Keyword::On if self.word_at(1) == "cluster" => self.at += 3,
            _ if self.is_word("output") => delete.returning.extend(self.output_clause()?),
            _ if self.skip_query_option() => {}
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// `OUTPUT inserted.a, deleted.b INTO t (a)` of T-SQL.
    pub(super) fn output_clause(&mut self) -> Parsed<Vec<Item<'a>>> {
        self.at += 1;
        let items = self.items()?;
        if self.skip(Keyword::Into) {
            if self.name_at(0) {
                self.path()?;
            } else {
                self.at += 1;
            }
            if self.is_symbol(b'(') {
                self.skip_balanced();
            }
        }
        Ok(items)
    }

    /// `OPTION (RECOMPILE)` of T-SQL.
    pub(super) fn skip_query_option(&mut self) -> bool {
        let found = self.is_word("option") && self.symbol_at(1, b'(');
        if found {
            self.at += 1;
            self.skip_balanced();
        }
        found
    }

    pub(super) fn merge(&mut self, with: With<'a>) -> Parsed<Statement<'a>> {
        self.at += 1;
        self.skip(Keyword::Into);
        let target = self.target_table()?;
        self.expect(Keyword::Using)?;
        let source = self.source()?;
        self.expect(Keyword::On)?;
        let on = self.expr()?;
        let mut merge = Merge {
            with,
            target,
            source,
            on,
            actions: Vec::new(),
            returning: Vec::<Item<'a>>::new(),
        };
        while self.skip(Keyword::When) {
            merge.actions.push(self.merge_action()?);
        }
        if self.skip(Keyword::Returning) {
            merge.returning = self.items()?;
        } else if self.is_word("output") {
            merge.returning = self.output_clause()?;
        }
        self.skip_query_option();
        Ok(Statement::Merge(Box::new(merge)))
    }

    pub(super) fn merge_action(&mut self) -> Parsed<MergeAction<'a>> {
        let mut action = MergeAction {
            condition: None,
            set: Vec::new(),
            insert: None,
        };
        self.skip(Keyword::Not);
        self.expect(Keyword::Matched)?;
        if self.skip(Keyword::By) {
            self.at += 1;
        }
        if self.skip(Keyword::And) {
            action.condition = Some(self.expr()?);
        }
        self.expect(Keyword::Then)?;
        match self.keyword() {
            Keyword::Update => {
                self.at += 1;
                self.expect(Keyword::Set)?;
                action.set = self.set_clauses(&mut Vec::new())?;
            }
            Keyword::Insert => action.insert = Some(self.merge_insert()?),
            Keyword::Delete => self.at += 1,
            Keyword::Do => self.at += 2,
            _ => return self.fail("is not expected in MERGE"),
        }
        Ok(action)
    }

    pub(super) fn merge_insert(&mut self) -> Parsed<(Option<Vec<Assignment<'a>>>, Vec<Expr<'a>>)> {
        self.at += 1;
        let columns = if self.is_symbol(b'(') {
            self.insert_columns(&mut Vec::new())?
        } else {
            None
        };
        if self.skip(Keyword::Overriding) {
            self.at += 2;
        }
        if self.skip_pair(Keyword::Default, Keyword::Values) {
            return Ok((columns.or_else(|| Some(Vec::new())), Vec::new()));
        }
        if self.skip(Keyword::Row) {
            return Ok((columns, Vec::new()));
        }
        self.expect(Keyword::Values)?;
        let row = self.one_row()?;
        Ok((columns, row))
    }
}

/// Whether a value can be of any type, so that it fits another column as well.
pub(crate) fn fits_anything(shape: Shape) -> bool {
    matches!(shape, Shape::Parameter | Shape::Default)
}
