//! Frameworks: one file or folder for each.

pub(crate) mod actix;
pub(crate) mod axum;
pub(crate) mod background;
pub(crate) mod cargo;
pub(crate) mod clap;
pub(crate) mod class_views;
mod consumers;
pub(crate) mod dataloader;
pub(crate) mod django;
pub(crate) mod flask;
pub(crate) mod graphql;
pub(crate) mod injected;
mod jobs;
pub(crate) mod jsonrpsee;
pub(crate) mod loco;
mod loops;
pub(crate) mod middleware;
mod mounts;
mod named_routes;
pub(crate) mod poem;
mod poem_openapi;
pub(crate) mod pyramid;
mod qualified;
pub(crate) mod restx;
pub(crate) mod rocket;
mod routes;
pub(crate) mod salvo;
pub(crate) mod shuttle;
pub(crate) mod starlette;
pub(crate) mod tagged;
mod told;
pub(crate) mod warp;

pub(crate) use routes::{ROUTER, holds_router, is_route, known_routers};
