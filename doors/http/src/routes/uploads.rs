//! `/uploads`: sealed bodies on their way into the vault, in parts of the stated length.

use crate::callers::{At, Signed};
use crate::door::Door;
use crate::refusals::{Refused, told};
use axum::Json;
use axum::extract::State;
use http::{HeaderMap, StatusCode};
use tacit_flows::Upload;
use tacit_values::UploadId;
use tacit_wire::Problem;
use tacit_wire::bodies::uploads::{OpenUpload, PartView, UploadView};
use tacit_wire::content_digest;

const SMALL: usize = 4 << 10;
/// The longest part that any market of this version asks for.
const LONGEST_PART: usize = 8 << 20;

fn view(upload: Upload) -> Json<UploadView> {
    let parts = upload.parts.into_iter();
    let parts = parts.map(|part| PartView { n: part.n, digest: part.digest, bytes: part.bytes }).collect();
    let Upload { id, body, bytes, part_bytes, complete, .. } = upload;
    Json(UploadView { id, body, bytes, part_bytes, parts, complete })
}

/// Announce a body. The same body again gives the same upload with the parts that are there.
#[utoipa::path(post, path = "/uploads", tag = "uploads", request_body = OpenUpload,
    responses((status = 200, body = UploadView), (status = "4XX", body = Problem, content_type = "application/problem+json")),
    security(("persona" = [])))]
pub(crate) async fn open(
    State(door): State<Door>,
    signed: Signed<SMALL>,
) -> Result<Json<UploadView>, Refused> {
    let asked: OpenUpload = signed.json()?;
    let upload = door.market().open_upload(signed.persona, asked.body, asked.bytes).await.map_err(told)?;
    Ok(view(upload))
}

/// Where an upload stands.
#[utoipa::path(get, path = "/uploads/{id}", tag = "uploads", params(("id" = String, Path, description = "upl_...")),
    responses((status = 200, body = UploadView), (status = "4XX", body = Problem, content_type = "application/problem+json")),
    security(("persona" = [])))]
pub(crate) async fn status(
    State(door): State<Door>,
    At(id): At<UploadId>,
    signed: Signed<0>,
) -> Result<Json<UploadView>, Refused> {
    Ok(view(door.market().upload(signed.persona, id).await.map_err(told)?))
}

/// Send one part. Its Content-Digest is checked before it is kept; the same again changes nothing.
#[utoipa::path(put, path = "/uploads/{id}/parts/{n}", tag = "uploads",
    params(("id" = String, Path, description = "upl_..."), ("n" = u32, Path, description = "from 0")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 204), (status = "4XX", body = Problem, content_type = "application/problem+json")),
    security(("persona" = [])))]
pub(crate) async fn put_part(
    State(door): State<Door>,
    At((id, n)): At<(UploadId, u32)>,
    headers: HeaderMap,
    signed: Signed<LONGEST_PART>,
) -> Result<StatusCode, Refused> {
    let digest = content_digest::promised(&headers).map_err(|bad| Refused::malformed(bad.to_string()))?;
    door.market().put_part(signed.persona, id, n, digest, signed.body).await.map_err(told)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Verify the whole and make the body visible. Repeating is harmless.
#[utoipa::path(post, path = "/uploads/{id}/complete", tag = "uploads",
    params(("id" = String, Path, description = "upl_...")),
    responses((status = 200, body = UploadView), (status = "4XX", body = Problem, content_type = "application/problem+json")),
    security(("persona" = [])))]
pub(crate) async fn complete(
    State(door): State<Door>,
    At(id): At<UploadId>,
    signed: Signed<0>,
) -> Result<Json<UploadView>, Refused> {
    Ok(view(door.market().complete_upload(signed.persona, id).await.map_err(told)?))
}
