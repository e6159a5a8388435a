//! Selling a file: seal once, promise every cell, open the sample that nobody chose, publish.
//!
//! ```text
//! sealed (recorded) -> uploaded -> manifest logged -> beacon drawn -> sample opened -> signed (recorded) -> live (recorded)
//! ```
//! The file is sealed once and recorded before anything leaves the desk. After a crash in any later step the same command
//! goes on with the same listing: uploads resume at the missing parts, and every other step answers as the first time. The
//! same command means the same file, byte for byte, and the same decisions about it; with others the file is sealed anew.

mod sealing;

pub(crate) use sealing::SealedFile;

use super::Tell;
use super::goods::{Goods, own};
use super::hearing::{Bytes, Hears, InBytes};
use crate::OpenDesk;
use crate::folder::disk;
use crate::refusal::Refusal;
use std::fs::File;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tacit_catalogue::{Cleared, Draft, Listing, NotMoved, Revision, SignedListing, Updates};
use tacit_delivery::{BlockLeaves, Manifest, SampleNotOpened, open_sample, verify_sample};
use tacit_values::{Currency, ListingId};
use tacit_wire::bodies::manifests::{LogManifest, ManifestView};

/// Code of the refusal that the file is not what it was.
pub(super) const CHANGED: &str = "file-changed";

/// The updates that can be sold: nothing would deliver others.
pub(crate) const UPDATES_SOLD: [Updates; 1] = [Updates::None];

/// Whether a listing with these updates can be sold; nothing said is the first of [`UPDATES_SOLD`].
pub(crate) fn can_be_sold(updates: &str) -> bool {
    let said = updates.trim();
    said.is_empty() || UPDATES_SOLD.iter().any(|sold| sold.to_string() == said)
}

/// What a seller decides about a file.
#[derive(Debug, Clone, Default)]
pub struct SellOrder {
    /// What stands in the listing.
    pub draft: Draft,
    /// Columns that stay closed in the sample.
    pub redact: Vec<String>,
    /// All columns stay closed in the sample.
    pub redact_all: bool,
    /// Columns that the seller promises to fill.
    pub filled: Vec<String>,
}

/// A listing that went live.
#[derive(Debug, Clone)]
pub struct Sold {
    /// As it was signed.
    pub listing: SignedListing,
    /// What was promised.
    pub manifest: Manifest,
    /// How many rows were opened.
    pub sample_rows: u32,
    /// How many manifests this seller logged before for the same offer.
    pub earlier: u64,
    /// Why a file that names itself Parquet was sealed as a plain file.
    pub plain_because: Option<String>,
}

impl OpenDesk {
    /// Puts a file up for sale. `bytes` hears how far reading, sealing and uploading are.
    pub async fn sell(
        &self,
        file: &Path,
        order: &SellOrder,
        tell: Tell<'_>,
        bytes: Bytes<'_>,
    ) -> Result<Sold, Refusal> {
        self.sell_heard(file, order, &InBytes { tell, bytes }).await
    }

    /// The same, heard by whoever wants to know more.
    pub async fn sell_heard(
        &self,
        file: &Path,
        order: &SellOrder,
        hears: &dyn Hears,
    ) -> Result<Sold, Refusal> {
        let tell: Tell<'_> = &|sentence: &str| hears.tell(sentence);
        self.mirror().calm().await?;
        let cleared = order.draft.clear(Currency::TestUsd, self.now()).map_err(not_cleared)?;
        if !can_be_sold(&order.draft.updates) {
            return Err(Refusal::new(
                "not-built",
                "later versions cannot be sold yet: nothing would deliver them",
                "Leave --updates out, or say `--updates none`; nothing was sealed or sent.",
            )
            .in_pages("Sell it without later versions; nothing was sealed or sent."));
        }
        let market = self.mirror().meet().await?;
        let file = file_to_sell(file)?;
        let _claim = self.folder().claim(&format!("sell/{}", file.display())).await?;
        self.tidy_leavings().await?;
        let (mut goods, plain_because) = match self.unfinished(&file, order, hears).await? {
            Some(goods) => {
                tell("going on with the listing that was begun before");
                (goods, None)
            }
            None => self.seal_goods(&file, order, hears).await?,
        };
        hears.sealed(&goods.listing);
        self.upload_goods(&goods, hears).await?;
        let logged = self.wait_for_beacon(&goods, market.beacon_delay_s, tell).await?;
        let opened = match self.open_goods(&goods, &logged, tell).await {
            Err(refusal) if refusal.code == CHANGED => {
                // What was sealed is of no use any more: the next time the file is sealed as it is then.
                self.forget_goods(&goods).await?;
                return Err(refusal);
            }
            opened => opened?,
        };
        let signed = match goods.pending.clone() {
            Some(signed) => signed,
            None => self.first_version(cleared, &goods)?,
        };
        self.publish(&mut goods, signed.clone()).await?;
        self.tidy_goods(&goods);
        Ok(Sold {
            listing: signed,
            manifest: goods.manifest.manifest,
            sample_rows: opened,
            earlier: logged.earlier,
            plain_because,
        })
    }

    fn first_version(&self, cleared: Cleared, goods: &Goods) -> Result<SignedListing, Refusal> {
        let seller = self.keyring().seller();
        let mail = self.keyring().mail_key(&seller.persona()).recipient().to_string();
        let mail = mail.parse().expect("a mail key's recipient is an age recipient");
        let described = described(&goods.manifest.manifest);
        cleared.go_live(goods.listing, seller.persona(), mail, described, self.now()).sign(&seller).map_err(
            |refused| {
                Refusal::new("not-listed", refused.to_string(), "Change that and run the command again.")
                    .in_pages("Change that and try again.")
            },
        )
    }

    /// Publishes a changed version of an own listing.
    pub async fn revise_listing(
        &self,
        listing: &ListingId,
        revision: Revision,
    ) -> Result<SignedListing, Refusal> {
        let now = self.now();
        self.next_version(listing, |newest| newest.revise(revision.clone(), now)).await
    }

    /// Takes an own listing out of sale for a while.
    pub async fn pause_listing(&self, listing: &ListingId) -> Result<SignedListing, Refusal> {
        let now = self.now();
        self.next_version(listing, |newest| newest.pause(now)).await
    }

    /// Puts a paused listing back on sale.
    pub async fn resume_listing(&self, listing: &ListingId) -> Result<SignedListing, Refusal> {
        let now = self.now();
        self.next_version(listing, |newest| newest.resume(now)).await
    }

    /// Ends an own listing for good. Orders that were accepted are still fulfilled.
    pub async fn retire_listing(&self, listing: &ListingId) -> Result<SignedListing, Refusal> {
        let now = self.now();
        self.next_version(listing, |newest| newest.retire(now)).await
    }

    async fn next_version(
        &self,
        listing: &ListingId,
        change: impl Fn(Listing) -> Result<Listing, NotMoved>,
    ) -> Result<SignedListing, Refusal> {
        let _claim = self.folder().claim(&listing.to_string()).await?;
        let change = |from: Listing| {
            change(from).map_err(|refused| {
                Refusal::new(
                    "not-moved",
                    refused.to_string(),
                    "`tacit listings` shows its state and what it asks for.",
                )
                .in_pages("Look at your listings: they show its state and what it asks for.")
            })
        };
        let (mut goods, mut newest) = own(self, listing).await?;
        if let Some(pending) = goods.pending.clone() {
            // It was signed and perhaps published before: first that version, then what is asked for now, unless it is that.
            let again = change(newest.listing.clone());
            self.publish(&mut goods, pending.clone()).await?;
            if again.is_ok_and(|again| Listing { at: pending.listing.at, ..again } == pending.listing) {
                return Ok(pending);
            }
            newest = pending;
        }
        let next = change(newest.listing)?;
        let signed = next.sign(&self.keyring().seller()).map_err(|refused| {
            Refusal::new("not-listed", refused.to_string(), "Change that and run the command again.")
                .in_pages("Change that and try again.")
        })?;
        self.publish(&mut goods, signed.clone()).await?;
        Ok(signed)
    }

    /// Records what was signed, publishes that, records that it is published. The market answers a version that it has as
    /// the first time, so the same bytes may be sent however often, and no second version 1 is ever signed.
    async fn publish(&self, goods: &mut Goods, signed: SignedListing) -> Result<(), Refusal> {
        let first_time = goods.pending.is_none();
        goods.pending = Some(signed.clone());
        self.keep_goods(goods).await?;
        if let Err(failed) = self.market().acting(&self.keyring().seller())?.publish(&signed).await {
            // A market that says no to what it sees for the first time has not published it.
            if first_time && failed.problem().is_some_and(|problem| problem.status < 500) {
                goods.pending = None;
                self.keep_goods(goods).await?;
            }
            return Err(failed.into());
        }
        let (listing, version) = (signed.listing.id, signed.listing.version);
        (goods.published, goods.pending) = (Some(signed), None);
        self.keep_goods(goods).await?;
        self.wait_until_mirrored(&listing, version).await
    }

    /// The catalogue shows a version when the epoch in which it came has closed; until then nobody can find it.
    async fn wait_until_mirrored(&self, listing: &ListingId, version: u32) -> Result<(), Refusal> {
        let epoch = self
            .wallet()
            .current_pool(Currency::TestUsd)
            .await
            .map_or(Duration::from_secs(15), |pool| pool.epoch_length());
        let deadline = self.now().plus(3 * epoch);
        loop {
            self.mirror().follow_catalogue().await?;
            let shown =
                self.mirror().listing(listing).await?.is_some_and(|shown| shown.listing.version >= version);
            // Published it is in any case; a slow epoch is no reason to say that it is not.
            if shown || self.now() >= deadline {
                return Ok(());
            }
            tokio::time::sleep((epoch / 4).max(Duration::from_millis(200))).await;
        }
    }

    async fn upload_goods(&self, goods: &Goods, hears: &dyn Hears) -> Result<(), Refusal> {
        hears.tell("uploading the sealed body");
        let acting = self.market().acting(&self.keyring().seller())?;
        let manifest = &goods.manifest.manifest;
        let blocks = std::fs::read(self.blocks_file(goods)).map_err(|_| disk())?;
        let length = blocks.len() as u64;
        acting
            .upload(manifest.blocks, length, &mut Cursor::new(blocks), &mut |_| {})
            .await
            .map_err(not_uploaded)?;
        let mut body = File::open(self.sealed_body(goods)).map_err(|_| disk())?;
        let total = goods.body_bytes;
        let mut told = |there: u64| hears.bytes("uploading", there, total);
        acting.upload(manifest.body, total, &mut body, &mut told).await.map_err(not_uploaded)?;
        Ok(())
    }

    async fn wait_for_beacon(
        &self,
        goods: &Goods,
        delay_s: u64,
        tell: Tell<'_>,
    ) -> Result<ManifestView, Refusal> {
        let acting = self.market().acting(&self.keyring().seller())?;
        let log = LogManifest { listing: goods.listing, signed: goods.manifest.clone() };
        let mut logged = acting.log_manifest(&log).await?;
        if logged.beacon.is_none() {
            tell(&format!("waiting for the beacon that draws the sample: at least {delay_s} s"));
        }
        while logged.beacon.is_none() {
            let wait = logged.retry_after_ms.unwrap_or(1_000).clamp(100, 60_000);
            tokio::time::sleep(Duration::from_millis(wait)).await;
            logged = self.market().singly()?.manifest(goods.manifest.manifest.digest()).await?;
        }
        Ok(logged)
    }

    async fn open_goods(&self, goods: &Goods, logged: &ManifestView, tell: Tell<'_>) -> Result<u32, Refusal> {
        let beacon = logged.beacon.as_ref().expect("the caller waited for the beacon");
        self.settings().pinned.beacon.verify(beacon).map_err(|refused| {
            Refusal::new(
                "untrue-beacon",
                refused.to_string(),
                "Do not sell here: the market's beacon does not verify.",
            )
        })?;
        tell("opening the rows that the beacon drew");
        let (file, key, manifest, drawn) =
            (goods.file.clone(), goods.key(), goods.manifest.manifest.clone(), beacon.digest());
        let opened = tokio::task::spawn_blocking(move || {
            let plaintext = File::open(&file).map_err(|_| no_file(&file))?;
            let sample = open_sample(plaintext, &manifest, &key, &drawn).map_err(not_opened)?;
            let audited = verify_sample(&sample, &manifest, &drawn).map_err(|refused| {
                Refusal::new("sample", refused.to_string(), "Sell the file again when it is complete.")
            })?;
            Ok::<_, Refusal>((sample, audited.size()))
        });
        let (sample, size) = opened.await.expect("opening a sample does not panic")?;
        self.market().acting(&self.keyring().seller())?.put_sample(goods.listing, &sample).await?;
        Ok(size)
    }

    fn sealed_body(&self, goods: &Goods) -> std::path::PathBuf {
        self.folder().work().join(format!("{}.body", goods.listing))
    }

    fn blocks_file(&self, goods: &Goods) -> std::path::PathBuf {
        self.folder().work().join(format!("{}.blocks", goods.listing))
    }

    /// Removes what publishing needed and nothing needs any more; the body lies in the vault.
    pub(crate) fn tidy_goods(&self, goods: &Goods) {
        for file in [self.sealed_body(goods), self.blocks_file(goods)] {
            let _gone_already = std::fs::remove_file(file);
        }
    }
}

/// What a listing repeats of its manifest.
fn described(manifest: &Manifest) -> tacit_catalogue::Goods {
    let columns = serde_json::to_value(&manifest.schema).expect("a schema is plain data");
    tacit_catalogue::Goods {
        manifest: manifest.digest(),
        media_type: manifest.media_type.parse().expect("a manifest's media type has the catalogue's form"),
        rows: manifest.rows,
        bytes: manifest.bytes,
        columns: serde_json::from_value(columns).expect("listing and manifest describe columns alike"),
    }
}

pub(crate) fn blocks_of(bytes: &[u8], manifest: &Manifest) -> Result<BlockLeaves, Refusal> {
    BlockLeaves::parse(bytes, manifest).map_err(|refused| {
        Refusal::new(
            "untrue-blocks",
            refused.to_string(),
            "Try again; the market sent something else than the manifest names.",
        )
    })
}

fn not_cleared(refused: tacit_catalogue::NotCleared) -> Refusal {
    Refusal::new(
        "not-cleared",
        refused.to_string(),
        "Change that and run the command again; nothing was sealed or sent.",
    )
    .in_pages("Change that and try again; nothing was sealed or sent.")
}

/// Where the file really lies. A folder, a pipe or a device is refused before anything waits for its content.
fn file_to_sell(file: &Path) -> Result<PathBuf, Refusal> {
    let path = file.canonicalize().map_err(|_| no_file(file))?;
    if std::fs::metadata(&path).map_err(|_| no_file(file))?.is_file() {
        return Ok(path);
    }
    let sentence =
        format!("`{}` is not a file: a folder, a pipe or a device cannot be sealed", file.display());
    Err(Refusal::new("no-file", sentence, "Write what you sell into one file, and sell that."))
}

fn not_opened(refused: SampleNotOpened) -> Refusal {
    match refused {
        SampleNotOpened::Changed | SampleNotOpened::Unreadable(_) => Refusal::new(
            CHANGED,
            "the file is not what was sealed any more: it changed before its sample was opened",
            "Nothing is for sale. Run the command again: it seals the file as it is now.",
        )
        .in_pages("Nothing is for sale. Choose the file again: it is sealed as it is now."),
        other => Refusal::new("sample", other.to_string(), "Change that and run the command again.")
            .in_pages("Change that and try again."),
    }
}

fn no_file(file: &Path) -> Refusal {
    Refusal::new(
        "no-file",
        format!("`{}` cannot be read", file.display()),
        "Check the path and its permissions.",
    )
}

fn not_uploaded(refused: tacit_wire::client::NotUploaded) -> Refusal {
    match refused {
        tacit_wire::client::NotUploaded::Failed(failed) => failed.into(),
        other => Refusal::new(
            "not-uploaded",
            other.to_string(),
            "Run the command again: it goes on where it stopped.",
        )
        .in_pages("Go on with it from your listings: it continues where it stopped."),
    }
}
