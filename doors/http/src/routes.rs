//! The resources of the API, one module per family. Handlers are thin: read, call one method of the market, show.

pub(crate) mod about;
pub(crate) mod admin;
pub(crate) mod bodies;
pub(crate) mod catalogue;
pub(crate) mod ledger;
pub(crate) mod log;
pub(crate) mod mail;
pub(crate) mod manifests;
pub(crate) mod orders;
pub(crate) mod uploads;
