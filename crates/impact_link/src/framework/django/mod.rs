//! Django around the ORM: settings, requests, URLs, views, templates.

pub(crate) mod settings;
