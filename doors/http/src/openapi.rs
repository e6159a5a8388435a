//! The description of the API, generated from the handlers: OpenAPI 3.1 at `/openapi.json`.

use tacit_wire::bodies::BASE;
use tacit_wire::{Issue, Problem};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::{Modify, OpenApi};

/// What the description says besides the resources.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tacit market",
        description = "A marketplace for data in which the sale is private and the proof is public. Public resources are \
            mirrored whole and unsigned; what a persona does is signed. Every refusal is a problem document (RFC 9457). \
            Every request may be repeated safely.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    components(schemas(Problem, Issue)),
    modifiers(&Signatures),
    tags(
        (name = "market", description = "who the market is"),
        (name = "catalogue", description = "what is offered"),
        (name = "manifests", description = "what is promised about a file, and its sample"),
        (name = "uploads", description = "sealed bodies on their way in"),
        (name = "bodies", description = "sealed bodies on their way out"),
        (name = "orders", description = "what was agreed"),
        (name = "mail", description = "sealed letters"),
        (name = "ledger", description = "how value moves"),
        (name = "log", description = "what can be checked by everybody"),
    ),
)]
pub(crate) struct Description;

struct Signatures;

impl Modify for Signatures {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let words = "HTTP Message Signature (RFC 9421) by a persona in the headers Signature-Input and Signature. Covered: \
            \"@method\" \"@target-uri\" and, with a body, \"content-digest\" (RFC 9530, sha-256). Parameters in this order: \
            created, expires (at most 60 s later), nonce (16 to 64 characters of base64url), alg=\"ed25519\", \
            keyid (did:key), tag=\"tacit/v1\". The address is the market's public origin with path and query; clocks may \
            differ by 90 s; a nonce counts once.";
        let scheme =
            SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description("Signature", words)));
        openapi.components.get_or_insert_default().add_security_scheme("persona", scheme);
        openapi.info.version = env!("CARGO_PKG_VERSION").to_owned();
        openapi.servers = Some(vec![utoipa::openapi::Server::new(BASE)]);
    }
}

/// The description with placeholders as OpenAPI writes them: a tile's path is several segments of the address.
pub(crate) fn finished(mut description: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
    let paths = std::mem::take(&mut description.paths.paths);
    description.paths.paths = paths.into_iter().map(|(path, item)| (path.replace("{*", "{"), item)).collect();
    description
}
