//! `/manifests` and samples: what is promised about a file, and the rows that nobody chose.

use crate::callers::{Asked, At, Signed};
use crate::door::Door;
use crate::refusals::{Refused, told};
use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde::Deserialize;
use tacit_delivery::Sample;
use tacit_flows::{LogProof, ManifestSeen};
use tacit_values::{Digest, ListingId};
use tacit_wire::Problem;
use tacit_wire::bodies::forms::SampleForm;
use tacit_wire::bodies::manifests::{LogManifest, LogProofView, ManifestView};

/// A manifest of 1,024 columns with long names stays below.
const LONGEST_MANIFEST: usize = 1 << 20;
/// The largest sample that any market of this version takes, with room for spaces between the members.
const LONGEST_SAMPLE: usize = 17 << 20;

#[derive(Debug, Deserialize)]
pub(crate) struct OfManifest {
    manifest: Option<Digest>,
}

fn view(seen: ManifestSeen) -> Json<ManifestView> {
    Json(ManifestView {
        digest: seen.digest,
        signed: seen.signed,
        seller: seen.seller,
        listing: seen.listing,
        at: seen.at,
        earlier: seen.earlier,
        log: seen.proof.map(proof),
        beacon: seen.beacon,
        retry_after_ms: seen.retry_after.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)),
    })
}

fn proof(proof: LogProof) -> LogProofView {
    LogProofView {
        index: proof.index,
        salt: proof.salt,
        inclusion: proof.inclusion,
        checkpoint: proof.checkpoint.note().to_owned(),
    }
}

/// Log a manifest for a listing. The same again changes nothing.
#[utoipa::path(put, path = "/manifests/{digest}", tag = "manifests", request_body = LogManifest,
    params(("digest" = String, Path, description = "64 hex digits")),
    responses((status = 200, body = ManifestView), (status = "4XX", body = Problem, content_type = "application/problem+json")),
    security(("persona" = [])))]
pub(crate) async fn put(
    State(door): State<Door>,
    At(digest): At<Digest>,
    signed: Signed<LONGEST_MANIFEST>,
) -> Result<Json<ManifestView>, Refused> {
    let asked: LogManifest = signed.json()?;
    if asked.signed.manifest.digest() != digest {
        return Err(Refused::malformed("the address names another manifest than the body"));
    }
    let seen = door.market().log_manifest(signed.persona, asked.listing, asked.signed).await.map_err(told)?;
    Ok(view(seen))
}

/// A manifest with its place in the log and its beacon, as far as they are there.
#[utoipa::path(get, path = "/manifests/{digest}", tag = "manifests",
    params(("digest" = String, Path, description = "64 hex digits")),
    responses((status = 200, body = ManifestView), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn get(
    State(door): State<Door>,
    At(digest): At<Digest>,
) -> Result<Json<ManifestView>, Refused> {
    Ok(view(door.market().manifest(digest).await.map_err(told)?))
}

/// The whole opened sample of a listing's newest version, or of the named manifest.
#[utoipa::path(get, path = "/listings/{id}/sample", tag = "manifests",
    params(("id" = String, Path, description = "lst_..."), ("manifest" = Option<String>, Query, description = "64 hex digits")),
    responses((status = 200, body = SampleForm), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn sample(
    State(door): State<Door>,
    At(listing): At<ListingId>,
    Asked(of): Asked<OfManifest>,
) -> Result<impl IntoResponse, Refused> {
    let sample = match of.manifest {
        Some(manifest) => door.market().sample(manifest).await,
        None => door.market().sample_of(listing).await,
    };
    Ok(([(CONTENT_TYPE, "application/json")], sample.map_err(told)?))
}

/// Open the sample of a manifest: exactly the drawn rows, all of them or none. The same again changes nothing.
#[utoipa::path(put, path = "/listings/{id}/sample", tag = "manifests", request_body = SampleForm,
    params(("id" = String, Path, description = "lst_...")),
    responses((status = 204), (status = "4XX", body = Problem, content_type = "application/problem+json")),
    security(("persona" = [])))]
pub(crate) async fn put_sample(
    State(door): State<Door>,
    At(_listing): At<ListingId>,
    signed: Signed<LONGEST_SAMPLE>,
) -> Result<StatusCode, Refused> {
    let sample: Sample = signed.json()?;
    door.market().put_sample(signed.persona, sample).await.map_err(told)?;
    Ok(StatusCode::NO_CONTENT)
}
