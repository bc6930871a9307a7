//! Django.

use crate::door::Door;

/// Django's ORM and framework.
#[derive(Debug)]
pub(crate) struct Django;

impl Door for Django {
    fn name(&self) -> &'static str {
        "python/django"
    }
}
