//! A catalog prepared for looking names up.

use impact_facts::{Catalog, Dialect};

/// A catalog, prepared once and shared by all resolutions.
#[derive(Debug, Clone)]
pub struct Schema {
    dialect: Dialect,
}

impl Schema {
    /// Prepares a catalog.
    #[must_use]
    pub fn new(catalog: &Catalog) -> Self {
        Self {
            dialect: catalog.dialect,
        }
    }

    /// The dialect of its names.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }
}
