//! The description of the desk's API, generated from the handlers: `portal/openapi.json`, from which the pages' client is made.

use super::shown::jobs::JobResult;
use super::shown::problem::Problem;
use utoipa::{Modify, OpenApi};

/// What the description says besides the resources.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tacit desk",
        description = "One person's own desk, on the loopback interface of their own machine. A session is opened by a \
            one-time link; every request but GET carries `x-tacit-csrf`. Money is a decimal text beside its currency, times \
            are RFC 3339 in UTC, digests hexadecimal. Every refusal is a problem document (RFC 9457) that says what happened, \
            what happened to the money and what to do.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    components(schemas(Problem, JobResult)),
    modifiers(&Base),
    tags(
        (name = "session", description = "who is at the page"),
        (name = "passkeys", description = "opening a locked page without typing"),
        (name = "first_run", description = "making a desk, or bringing one back"),
        (name = "about", description = "the desk itself"),
        (name = "market", description = "the market as this desk knows it"),
        (name = "catalogue", description = "what is for sale, from this desk's own copy"),
        (name = "watch", description = "what is watched, and what happened to it"),
        (name = "orders", description = "what was bought and sold"),
        (name = "receipts", description = "evidence, and checking it"),
        (name = "sell", description = "own listings, sales and earnings"),
        (name = "wallet", description = "money"),
        (name = "jobs", description = "long work"),
        (name = "events", description = "what happens meanwhile"),
    ),
)]
pub(crate) struct Description;

struct Base;

impl Modify for Base {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        openapi.info.version = "1".to_owned();
        openapi.servers = Some(vec![utoipa::openapi::Server::new(super::BASE)]);
    }
}
