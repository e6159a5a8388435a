//! `/mail`: sealed letters. Posting and buckets are unsigned and name no sender; a mailbox opens for its owner only.

use crate::callers::{Anonymous, Asked, At, MayPostLetter, Signed};
use crate::door::Door;
use crate::guards::InService;
use crate::refusals::{Refused, told};
use axum::extract::State;
use axum::{Extension, Json};
use http::StatusCode;
use serde::Deserialize;
use std::time::Duration;
use tacit_flows::{Bucket, BucketPage};
use tacit_values::{Digest, Persona};
use tacit_wire::Problem;
use tacit_wire::bodies::mail::{BucketName, BucketView, MailboxView, SealedLetter, WaitingLetter};

/// One byte more than the longest letter is refused before it is read.
const LONGEST_LETTER: usize = 65_536;
/// The longest that a mailbox is watched in one request.
const LONGEST_WATCH: Duration = Duration::from_secs(25);

#[derive(Debug, Deserialize)]
pub(crate) struct Watch {
    #[serde(default)]
    after: u64,
    #[serde(default)]
    wait_s: u64,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Behind {
    after: Option<Digest>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Named {
    #[serde(default)]
    letters: String,
}

/// Put a sealed letter into a mailbox. Unsigned: the signature is inside.
#[utoipa::path(post, path = "/mail/{persona}", tag = "mail",
    params(("persona" = String, Path, description = "did:key of the recipient")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "an age file of exactly 4,096, 16,384 or 65,536 bytes"),
    responses((status = 202, description = "taken, now or before"), (status = 429, description = "the mailbox is full, the bucket took its fill of this hour, or the sender's address its own", body = Problem, content_type = "application/problem+json"), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn post(
    State(door): State<Door>,
    At(to): At<Persona>,
    _: MayPostLetter,
    letter: Anonymous<LONGEST_LETTER>,
) -> Result<StatusCode, Refused> {
    door.market().deliver_letter(to, &letter.body).await.map_err(told)?;
    Ok(StatusCode::ACCEPTED)
}

/// Letters of one's own mailbox after a cursor; with none there, waits up to `wait_s` (at most 25).
#[utoipa::path(get, path = "/mail/{persona}", tag = "mail",
    params(("persona" = String, Path, description = "one's own did:key"), ("after" = Option<u64>, Query), ("wait_s" = Option<u64>, Query)),
    responses((status = 200, body = MailboxView), (status = "4XX", body = Problem, content_type = "application/problem+json")),
    security(("persona" = [])))]
pub(crate) async fn mailbox(
    State(door): State<Door>,
    At(named): At<Persona>,
    Asked(watch): Asked<Watch>,
    Extension(in_service): Extension<InService>,
    signed: Signed<0>,
) -> Result<Json<MailboxView>, Refused> {
    let owner = signed.as_owner_of(&named)?;
    let wait = Duration::from_secs(watch.wait_s).min(LONGEST_WATCH);
    if !wait.is_zero() {
        in_service.only_waits();
    }
    let letters = door.market().mailbox(owner, watch.after, wait).await.map_err(told)?;
    let letters =
        letters.into_iter().map(|letter| WaitingLetter { number: letter.number, letter: letter.bytes });
    Ok(Json(MailboxView { letters: letters.collect() }))
}

/// Acknowledge letters by their numbers: the market forgets them.
#[utoipa::path(delete, path = "/mail/{persona}", tag = "mail",
    params(("persona" = String, Path, description = "one's own did:key"), ("letters" = String, Query, description = "numbers with commas between them")),
    responses((status = 204), (status = "4XX", body = Problem, content_type = "application/problem+json")),
    security(("persona" = [])))]
pub(crate) async fn acknowledge(
    State(door): State<Door>,
    At(named): At<Persona>,
    Asked(asked): Asked<Named>,
    signed: Signed<0>,
) -> Result<StatusCode, Refused> {
    let owner = signed.as_owner_of(&named)?;
    let numbers: Result<Vec<u64>, _> = asked.letters.split(',').map(str::parse).collect();
    let numbers =
        numbers.map_err(|_| Refused::malformed("letters are named by numbers with commas between them"))?;
    door.market().acknowledge(owner, &numbers).await.map_err(told)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Keep one's own sealed state in a slot; the newest replaces.
#[utoipa::path(put, path = "/mail/{persona}/self/{slot}", tag = "mail",
    params(("persona" = String, Path, description = "one's own did:key"), ("slot" = u32, Path, description = "0 to 3")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 204), (status = "4XX", body = Problem, content_type = "application/problem+json")),
    security(("persona" = [])))]
pub(crate) async fn keep_self(
    State(door): State<Door>,
    At((named, slot)): At<(Persona, u32)>,
    _: MayPostLetter,
    signed: Signed<LONGEST_LETTER>,
) -> Result<StatusCode, Refused> {
    let owner = signed.as_owner_of(&named)?;
    door.market().keep_self_letter(owner, slot, &signed.body).await.map_err(told)?;
    Ok(StatusCode::NO_CONTENT)
}

/// A page of the letters that reached a bucket in one tick that is over: shuffled, recipients not named.
#[utoipa::path(get, path = "/mail/buckets/{bucket}/{tick}", tag = "mail",
    params(("bucket" = String, Path, description = "bits-number, for example 3-5"), ("tick" = u64, Path), ("after" = Option<String>, Query, description = "`next` of the page before")),
    responses((status = 200, body = BucketView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn bucket_tick(
    State(door): State<Door>,
    At((bucket, tick)): At<(String, u64)>,
    Asked(behind): Asked<Behind>,
) -> Result<Json<BucketView>, Refused> {
    Ok(shown(door.market().bucket_tick(named(&bucket)?, tick, behind.after).await.map_err(told)?))
}

/// A page of the letters that reached a bucket in one hour (hours since 1970) that is over: for catching up.
#[utoipa::path(get, path = "/mail/buckets/{bucket}/hours/{hour}", tag = "mail",
    params(("bucket" = String, Path, description = "bits-number, for example 3-5"), ("hour" = u64, Path), ("after" = Option<String>, Query, description = "`next` of the page before")),
    responses((status = 200, body = BucketView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn bucket_hour(
    State(door): State<Door>,
    At((bucket, hour)): At<(String, u64)>,
    Asked(behind): Asked<Behind>,
) -> Result<Json<BucketView>, Refused> {
    Ok(shown(door.market().bucket_hour(named(&bucket)?, hour, behind.after).await.map_err(told)?))
}

/// A page of the sealed states of the desks in a bucket: for restoring from words.
#[utoipa::path(get, path = "/mail/buckets/{bucket}/self", tag = "mail",
    params(("bucket" = String, Path, description = "bits-number, for example 3-5"), ("after" = Option<String>, Query, description = "`next` of the page before")),
    responses((status = 200, body = BucketView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn bucket_self(
    State(door): State<Door>,
    At(bucket): At<String>,
    Asked(behind): Asked<Behind>,
) -> Result<Json<BucketView>, Refused> {
    Ok(shown(door.market().bucket_self(named(&bucket)?, behind.after).await.map_err(told)?))
}

fn named(text: &str) -> Result<Bucket, Refused> {
    let name: BucketName = text.parse().map_err(|bad| Refused::malformed(format!("{bad}")))?;
    Bucket::numbered(name.bits(), name.number()).ok_or_else(|| Refused::malformed("there is no such bucket"))
}

fn shown(page: BucketPage) -> Json<BucketView> {
    let letters = page.letters.into_iter().map(|letter| SealedLetter(letter.to_vec()));
    Json(BucketView { letters: letters.collect(), next: page.next })
}
