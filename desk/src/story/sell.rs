//! Selling a file: seal once, promise every cell, open the sample that nobody chose, publish.
//!
//! ```text
//! sealed (recorded) -> uploaded -> manifest logged -> beacon drawn -> sample opened -> signed (recorded) -> live (recorded)
//! ```
//! The file is sealed once and recorded before anything leaves the desk. After a crash in any later step the same command
//! goes on with the same listing: uploads resume at the missing parts, and every other step answers as the first time. The
//! same command means the same file, byte for byte, and the same decisions about it; with others the file is sealed anew.

use super::Tell;
use super::goods::{DraftKept, Goods, SealedAs, own};
use super::progress::{Bytes, Count, watched};
use super::purchase::receiving::digest_of_stream;
use crate::OpenDesk;
use crate::folder::disk;
use crate::refusal::Refusal;
use std::fs::File;
use std::io::{BufReader, Cursor};
use std::path::Path;
use std::time::Duration;
use tacit_catalogue::{Cleared, Draft, Listing, NotMoved, Revision, SignedListing};
use tacit_delivery::{
    AgeRecipient, BlockLeaves, BuiltManifest, FileKeyKept, Manifest, ManifestTerms, OrderIdentity, build_manifest,
    media_type_of_name, open_sample, seal, verify_sample,
};
use tacit_values::rand_core::Rng;
use tacit_values::{Currency, Digest, ListingId};
use tacit_wire::bodies::manifests::{LogManifest, ManifestView};

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
        self.mirror().calm().await?;
        let cleared = order.draft.clear(Currency::TestUsd, self.now()).map_err(not_cleared)?;
        if !matches!(order.draft.updates.trim(), "" | "none") {
            return Err(Refusal::new(
                "not-built",
                "later versions cannot be sold yet: nothing would deliver them",
                "Leave --updates out, or say `--updates none`; nothing was sealed or sent.",
            ));
        }
        let market = self.mirror().meet().await?;
        let file = file.canonicalize().map_err(|_| no_file(file))?;
        let _claim = self.folder().claim(&format!("sell/{}", file.display())).await?;
        self.tidy_leavings().await?;
        let (mut goods, plain_because) = match self.unfinished(&file, order, tell, bytes).await? {
            Some(goods) => {
                tell("going on with the listing that was begun before");
                (goods, None)
            }
            None => self.seal_goods(&file, order, tell, bytes).await?,
        };
        self.upload_goods(&goods, tell, bytes).await?;
        let logged = self.wait_for_beacon(&goods, market.beacon_delay_s, tell).await?;
        let opened = self.open_goods(&goods, &logged, tell).await?;
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
            |refused| Refusal::new("not-listed", refused.to_string(), "Change that and run the command again."),
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

    /// The listing that this very command began before. One of the same file and draft that was begun with other decisions or
    /// other bytes is given up: what a sample opens stays open, so nothing of it may go on by mistake.
    async fn unfinished(
        &self,
        file: &Path,
        order: &SellOrder,
        tell: Tell<'_>,
        bytes: Bytes<'_>,
    ) -> Result<Option<Goods>, Refusal> {
        let draft = DraftKept::from(&order.draft);
        let mut begun = self.all_goods().await?;
        begun.retain(|goods| goods.published.is_none() && goods.file == file && goods.draft == draft);
        if begun.is_empty() {
            return Ok(None);
        }
        let sealed_as = SealedAs::of(digest_of(file, bytes).await?, order);
        let mut same = None;
        for goods in begun {
            if goods.sealed_as.as_ref() == Some(&sealed_as) && self.sealed_body(&goods).is_file() {
                same = Some(goods);
            } else if goods.pending.is_some() {
                return Err(perhaps_live(&goods.listing));
            } else {
                tell("the file, or what you say about its columns, is not what was begun before: it is sealed anew");
                self.forget_goods(&goods).await?;
            }
        }
        Ok(same)
    }

    async fn seal_goods(
        &self,
        file: &Path,
        order: &SellOrder,
        tell: Tell<'_>,
        bytes: Bytes<'_>,
    ) -> Result<(Goods, Option<String>), Refusal> {
        tell("sealing the file");
        let listing = ListingId::random(&mut self.rng());
        let _claim = self.folder().claim(&sealing(&listing)).await?;
        let work = self.folder().work();
        std::fs::create_dir_all(&work).map_err(|_| disk())?;
        let half = work.join(format!("{listing}.sealing"));
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let terms = ManifestTerms {
            media_type: media_type_of_name(&name).to_owned(),
            name,
            redact: order.redact.iter().cloned().collect(),
            redact_all: order.redact_all,
            filled: order.filled.iter().cloned().collect(),
            breach_ppm: 0,
        };
        // The seller's own header is not kept: the key lies in the desk's sealed record, so a key that is thrown away will do.
        let mut once = [0; 32];
        self.rng().fill_bytes(&mut once);
        let mine: AgeRecipient = OrderIdentity::from_bytes(once).recipient();
        let (path, output) = (file.to_owned(), half.clone());
        let length = std::fs::metadata(file).map_err(|_| no_file(file))?.len();
        // Read once to be sealed, once more to promise its cells.
        let sealed = watched("sealing", 2 * length, bytes, move |count| {
            seal_and_promise(&path, &output, &mine, &terms, count)
        });
        let (sealed, built) = sealed.await?;
        let signed = built.manifest.sign(&self.keyring().seller());
        let goods = Goods::sealed(listing, file.to_owned(), order, &sealed, signed);
        std::fs::write(self.blocks_file(&goods), built.blocks.bytes()).map_err(|_| disk())?;
        std::fs::rename(&half, self.sealed_body(&goods)).map_err(|_| disk())?;
        self.keep_goods(&goods).await?;
        Ok((goods, built.plain_because))
    }

    async fn upload_goods(
        &self,
        goods: &Goods,
        tell: Tell<'_>,
        bytes: Bytes<'_>,
    ) -> Result<(), Refusal> {
        tell("uploading the sealed body");
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
        let mut told = |there: u64| bytes("uploading", there, total);
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
            let sample = open_sample(plaintext, &manifest, &key, &drawn).map_err(|refused| {
                Refusal::new("sample", refused.to_string(), "Sell the file again when it is complete.")
            })?;
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

    /// Removes what sealings left behind that no record speaks of: whoever worked on them has died.
    async fn tidy_leavings(&self) -> Result<(), Refusal> {
        let Ok(files) = std::fs::read_dir(self.folder().work()) else { return Ok(()) };
        for file in files.flatten().map(|file| file.path()) {
            let ours = file.extension().is_some_and(|ending| ["sealing", "blocks", "body"].iter().any(|our| ending == *our));
            let name = file.file_stem().and_then(|name| name.to_str()).and_then(|name| name.parse().ok());
            let (true, Some(listing)) = (ours, name) else { continue };
            let Some(_claim) = self.folder().claim_if_free(&sealing(&listing))? else { continue };
            if self.goods(&listing).await?.is_none_or(|goods| goods.published.is_some()) {
                let _gone_already = std::fs::remove_file(file);
            }
        }
        Ok(())
    }

    /// Removes what publishing needed and nothing needs any more; the body lies in the vault.
    pub(crate) fn tidy_goods(&self, goods: &Goods) {
        for file in [self.sealed_body(goods), self.blocks_file(goods)] {
            let _gone_already = std::fs::remove_file(file);
        }
    }
}

/// What is kept of a file that was sealed.
pub(crate) struct SealedFile {
    pub(crate) key: FileKeyKept,
    pub(crate) body_bytes: u64,
    pub(crate) plaintext: Digest,
}

/// What is claimed while a file is sealed for a listing that has no record yet.
fn sealing(listing: &ListingId) -> String {
    format!("sealing/{listing}")
}

async fn digest_of(file: &Path, bytes: Bytes<'_>) -> Result<Digest, Refusal> {
    let length = std::fs::metadata(file).map_err(|_| no_file(file))?.len();
    let path = file.to_owned();
    watched("reading", length, bytes, move |count| {
        let mut from = count.reading(File::open(&path).map_err(|_| no_file(&path))?);
        digest_of_stream(&mut from).map_err(|_| no_file(&path))
    })
    .await
}

fn perhaps_live(listing: &ListingId) -> Refusal {
    Refusal::new(
        "begun-otherwise",
        format!("{listing} was begun for this file with other decisions, and the market may have it already"),
        format!("Finish it with the very command that began it, then `tacit retire {listing}`; or copy the file and sell the copy."),
    )
}

fn seal_and_promise(
    file: &Path,
    output: &Path,
    mine: &AgeRecipient,
    terms: &ManifestTerms,
    count: &Count,
) -> Result<(SealedFile, BuiltManifest), Refusal> {
    let open = || File::open(file).map_err(|_| no_file(file));
    let empty = std::fs::metadata(file).map_err(|_| no_file(file))?.len() == 0;
    if empty {
        return Err(Refusal::new(
            "empty-file",
            "the file is empty: there is nothing to sell",
            "Choose a file with content.",
        ));
    }
    let body = std::io::BufWriter::new(File::create(output).map_err(|_| disk())?);
    let sealed = seal(BufReader::new(count.reading(open()?)), body, mine)
        .map_err(|refused| Refusal::new("not-sealed", refused.to_string(), "Nothing left this machine."))?;
    let built = build_manifest(count.reading(open()?), &sealed, terms).map_err(|refused| {
        let _half_is_worthless = std::fs::remove_file(output);
        Refusal::new(
            "unreadable-file",
            refused.to_string(),
            "Mend the file and run the command again; nothing left this machine.",
        )
    })?;
    File::open(output).and_then(|file| file.sync_all()).map_err(|_| disk())?;
    let (plaintext, body_bytes) = (sealed.plaintext.sha256, sealed.body.bytes);
    Ok((SealedFile { key: sealed.file_key, body_bytes, plaintext }, built))
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
        ),
    }
}
