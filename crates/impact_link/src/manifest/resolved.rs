//! From a resolved statement to references and blind spots.

use super::draft::Manifests;
use crate::sql::insertions;
use impact_facts::{
    Access, Assembled, BlindReason, BlindSpot, Certainty, FileId, How, Insertion, Position, Reach,
    Reference, ReferenceClass, Scope, Site, Span, SymbolId, TableName,
};
use impact_sql::{ColumnUse, Resolution, TableUse, UseClass};

/// Where a statement's text comes from, and who says so.
pub(crate) struct Report<'t> {
    /// The text that was resolved.
    pub(crate) text: &'t Assembled,
    /// The file of bytes without an origin.
    pub(crate) file: FileId,
    /// The code that the statement belongs to.
    pub(crate) symbol: Option<SymbolId>,
    /// The front end that knows.
    pub(crate) via: &'static str,
    /// No reference is surer than this.
    pub(crate) at_most: Certainty,
}

impl Report<'_> {
    /// Adds what a statement touches, and what of it is not known.
    pub(crate) fn add(&self, manifests: &mut Manifests<'_, '_>, resolution: &Resolution) {
        let coverage = &mut manifests.index.coverage;
        match resolution.error {
            None => coverage.statements += 1,
            Some(_) => coverage.failed_statements += 1,
        }
        for used in &resolution.uses {
            self.reference(manifests, used);
        }
        for used in resolution.tables.iter().filter(|used| used.kind.is_some()) {
            self.table(manifests, used, resolution.certainty);
        }
        let home = |span: Span| {
            let site = self.site(span);
            (site.file, site.span)
        };
        for insertion in insertions(resolution, "", &home) {
            let insertion = Insertion {
                scope: manifests.scope(insertion.site.file),
                symbol: self.symbol,
                certainty: insertion.certainty.min(self.at_most),
                ..insertion
            };
            manifests.index.insertions.push(insertion);
        }
        let named: Vec<TableName> = resolution
            .tables
            .iter()
            .map(|used| used.table.clone())
            .collect();
        for unknown in &resolution.unknown {
            let reach = reach(unknown.tables.clone());
            let (span, message) = (unknown.span, &unknown.message);
            self.blind(manifests, BlindReason::DynamicSql, span, message, reach);
        }
        if let Some(error) = &resolution.error {
            let reach = reach((!named.is_empty()).then_some(named));
            let (span, message) = (error.span, &error.message);
            self.blind(manifests, BlindReason::Statement, span, message, reach);
        }
    }

    fn site(&self, span: Span) -> Site {
        let found = self.text.locate(span);
        let (file, span) = found.unwrap_or((self.file, Span::default()));
        Site { file, span }
    }

    /// What a view on the way needs is the view's own: the graph knows.
    fn reference(&self, manifests: &mut Manifests<'_, '_>, used: &ColumnUse) {
        let (how, class) = match used.class {
            _ if !used.through.is_empty() => return,
            UseClass::Dependency => return,
            _ if used.rebinds.is_some() => (How::Explicit, ReferenceClass::Rebinding),
            UseClass::Name | UseClass::Proposed => (How::Explicit, ReferenceClass::Name),
            UseClass::Star if !used.needs => (How::Implicit, ReferenceClass::Star),
            UseClass::Star | UseClass::WholeRow => (How::Implicit, ReferenceClass::WholeRow),
        };
        for named in &used.named_at {
            let scope = manifests.scope(self.site(*named).file);
            manifests.index.references.push(Reference {
                column: Some(used.column.clone()),
                ..self.plain(*named, &used.table, used.access, used.certainty, scope)
            });
        }
        let scope = manifests.scope(self.site(used.span).file);
        manifests.index.references.push(Reference {
            column: Some(used.column.clone()),
            how,
            class,
            becomes: used.rebinds.clone(),
            ..self.plain(used.span, &used.table, used.access, used.certainty, scope)
        });
    }

    fn table(&self, manifests: &mut Manifests<'_, '_>, used: &TableUse, certainty: Certainty) {
        let scope = manifests.scope(self.site(used.span).file);
        let reference = self.plain(used.span, &used.table, used.access, certainty, scope);
        manifests.index.references.push(reference);
    }

    /// A table that is named.
    fn plain(
        &self,
        span: Span,
        table: &TableName,
        access: Access,
        certainty: Certainty,
        scope: Scope,
    ) -> Reference {
        Reference {
            site: self.site(span),
            position: Position::default(),
            text: "".into(),
            database: "".into(),
            table: table.clone(),
            column: None,
            access,
            how: How::Explicit,
            class: ReferenceClass::Name,
            certainty: certainty.min(self.at_most),
            scope,
            via: self.via.into(),
            symbol: self.symbol,
            declared_at: None,
            declared_position: None,
            becomes: None,
            exposed_as: None,
            applied: false,
        }
    }

    /// Adds a blind spot at a part of the text.
    pub(crate) fn blind(
        &self,
        manifests: &mut Manifests<'_, '_>,
        reason: BlindReason,
        span: Span,
        message: &str,
        reach: Reach,
    ) {
        let site = self.site(span);
        manifests.index.blind_spots.push(BlindSpot {
            site,
            position: Position::default(),
            text: "".into(),
            reason,
            message: message.into(),
            reach,
            access: None,
            database: "".into(),
            scope: manifests.scope(site.file),
            symbol: self.symbol,
        });
    }
}

fn reach(tables: Option<Vec<TableName>>) -> Reach {
    match tables {
        Some(tables) => Reach::Tables(tables),
        None => Reach::Database,
    }
}
