//! What a persona does under its name: every request signed, all on that persona's own connection.

use super::Failed;
use super::connection::{Answer, Ask, Connection};
use crate::bodies::BASE;
use crate::bodies::ledger::BYTES;
use crate::bodies::listings::ListingTakenView;
use crate::bodies::mail::MailboxView;
use crate::bodies::manifests::{LogManifest, ManifestView};
use crate::bodies::orders::{OrderAct, OrderView};
use crate::bodies::uploads::{OpenUpload, UploadView};
use bytes::Bytes;
use std::time::Duration;
use tacit_catalogue::SignedListing;
use tacit_delivery::Sample;
use tacit_values::{Digest, ListingId, OrderId, Persona, PersonaKey, UploadId};

pub(super) const LONGEST_VIEW: usize = 1 << 20;
/// 64 letters of the largest size in base64.
const LONGEST_MAILBOX: usize = 8 << 20;

/// One persona at one market.
#[derive(Debug, Clone)]
pub struct Acting {
    connection: Connection,
    key: PersonaKey,
}

impl Acting {
    pub(super) fn on(connection: Connection, key: PersonaKey) -> Self {
        Self { connection, key }
    }

    /// Who acts.
    pub fn persona(&self) -> Persona {
        self.key.persona()
    }

    /// Places, accepts, refuses, states or closes an order.
    pub async fn act_on_order(&self, order: OrderId, act: &OrderAct) -> Result<OrderView, Failed> {
        self.ask(Ask::put(format!("{BASE}/orders/{order}")).json(act)).await?.json()
    }

    /// Where an order of this persona stands.
    pub async fn order(&self, order: OrderId) -> Result<OrderView, Failed> {
        self.ask(Ask::get(format!("{BASE}/orders/{order}"))).await?.json()
    }

    /// Logs a manifest for a listing.
    pub async fn log_manifest(&self, manifest: &LogManifest) -> Result<ManifestView, Failed> {
        let digest = manifest.signed.manifest.digest();
        self.ask(Ask::put(format!("{BASE}/manifests/{digest}")).json(manifest)).await?.json()
    }

    /// Opens the whole sample of a manifest that was logged for a listing.
    pub async fn put_sample(&self, listing: ListingId, sample: &Sample) -> Result<(), Failed> {
        self.ask(Ask::put(format!("{BASE}/listings/{listing}/sample")).json(sample)).await.map(drop)
    }

    /// Publishes a version of a listing.
    pub async fn publish(&self, listing: &SignedListing) -> Result<ListingTakenView, Failed> {
        let id = listing.listing.id;
        self.ask(Ask::put(format!("{BASE}/listings/{id}")).json(listing)).await?.json()
    }

    /// Announces a body, or finds the upload that stands.
    pub async fn open_upload(&self, body: Digest, bytes: u64) -> Result<UploadView, Failed> {
        let ask = Ask::post(format!("{BASE}/uploads")).json(&OpenUpload { body, bytes }).repeatable();
        self.ask(ask).await?.json()
    }

    /// Where an upload stands.
    pub async fn upload_status(&self, upload: UploadId) -> Result<UploadView, Failed> {
        self.ask(Ask::get(format!("{BASE}/uploads/{upload}"))).await?.json()
    }

    /// Sends one part.
    pub async fn put_part(&self, upload: UploadId, n: u32, part: Bytes) -> Result<(), Failed> {
        let ask = Ask::put(format!("{BASE}/uploads/{upload}/parts/{n}")).bytes(part, BYTES);
        self.ask(ask).await.map(drop)
    }

    /// Has the whole verified and made visible.
    pub async fn complete_upload(&self, upload: UploadId) -> Result<UploadView, Failed> {
        // The market hashes the whole body first: minutes for a large one.
        let ask = Ask::post(format!("{BASE}/uploads/{upload}/complete")).repeatable();
        self.ask(ask.waiting(Duration::from_secs(600))).await?.json()
    }

    /// Letters of this persona's own mailbox after a cursor; with none there, the market waits up to `wait` (at most 25 s).
    /// For stable personas: buyers fetch buckets instead, which name nobody.
    pub async fn mailbox(&self, after: u64, wait: Duration) -> Result<MailboxView, Failed> {
        let path = format!("{BASE}/mail/{}?after={after}&wait_s={}", self.persona(), wait.as_secs());
        let ask = Ask::get(path).waiting(wait).signed(&self.key);
        self.connection.ask(&ask, LONGEST_MAILBOX).await?.json()
    }

    /// Acknowledges letters: the market forgets them.
    pub async fn acknowledge(&self, letters: &[u64]) -> Result<(), Failed> {
        for some in letters.chunks(100) {
            let numbers: Vec<String> = some.iter().map(u64::to_string).collect();
            let path = format!("{BASE}/mail/{}?letters={}", self.persona(), numbers.join(","));
            self.ask(Ask::delete(path)).await?;
        }
        Ok(())
    }

    /// Keeps this desk's own sealed state in a slot of the persona's mailbox; the newest replaces.
    pub async fn keep_self_letter(&self, slot: u32, letter: Bytes) -> Result<(), Failed> {
        let path = format!("{BASE}/mail/{}/self/{slot}", self.persona());
        self.ask(Ask::put(path).bytes(letter, BYTES)).await.map(drop)
    }

    pub(super) async fn ask<'a>(&'a self, ask: Ask<'a>) -> Result<Answer, Failed> {
        self.connection.ask(&ask.signed(&self.key), LONGEST_VIEW).await
    }
}
