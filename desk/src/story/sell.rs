//! Selling a file: seal once, promise every cell, open the sample that nobody chose, publish.
//!
//! ```text
//! sealed (recorded) -> uploaded -> manifest logged -> beacon drawn -> sample opened -> live (recorded)
//! ```
//! The file is sealed once and recorded before anything leaves the desk. After a crash in any later step the same command
//! goes on with the same listing: uploads resume at the missing parts, and every other step answers as the first time.

use super::Tell;
use super::goods::{Goods, own};
use super::hearing::{Counter, Hears, InBytes, counted};
use crate::OpenDesk;
use crate::folder::disk;
use crate::refusal::Refusal;
use std::fs::File;
use std::io::{BufReader, Cursor};
use std::path::Path;
use std::time::Duration;
use tacit_catalogue::{Draft, Listing, NotMoved, Revision, SignedListing};
use tacit_delivery::{
    AgeRecipient, BlockLeaves, BuiltManifest, Layout, Manifest, ManifestTerms, OrderIdentity, build_manifest,
    media_type_of_name, open_sample, seal, verify_sample,
};
use tacit_values::rand_core::Rng;
use tacit_values::{Currency, ListingId};
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
    /// Puts a file up for sale. `bytes` hears how far sealing and uploading are.
    pub async fn sell(
        &self,
        file: &Path,
        order: &SellOrder,
        tell: Tell<'_>,
        bytes: &(dyn Fn(u64, u64) + Send + Sync),
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
        let market = self.mirror().meet().await?;
        let file = file.canonicalize().map_err(|_| no_file(file))?;
        let _claim = self.folder().claim(&format!("sell/{}", file.display())).await?;
        let (goods, plain_because) = match self.unfinished(&file, &order.draft).await? {
            Some(goods) => {
                tell("going on with the listing that was begun before");
                (goods, None)
            }
            None => self.seal_goods(&file, order, hears).await?,
        };
        hears.sealed(&goods.listing);
        self.upload_goods(&goods, hears).await?;
        let logged = self.wait_for_beacon(&goods, market.beacon_delay_s, tell).await?;
        let opened = self.open_goods(&goods, &logged, tell).await?;
        let seller = self.keyring().seller();
        let mail = self.keyring().mail_key(&seller.persona()).recipient().to_string();
        let mail = mail.parse().expect("a mail key's recipient is an age recipient");
        let listing = cleared.go_live(
            goods.listing,
            seller.persona(),
            mail,
            described(&goods.manifest.manifest),
            self.now(),
        );
        let signed = listing.sign(&seller).map_err(|refused| {
            Refusal::new("not-listed", refused.to_string(), "Change that and run the command again.")
        })?;
        self.publish(goods.clone(), signed.clone()).await?;
        self.tidy_goods(&goods);
        Ok(Sold {
            listing: signed,
            manifest: goods.manifest.manifest,
            sample_rows: opened,
            earlier: logged.earlier,
            plain_because,
        })
    }

    /// Publishes a changed version of an own listing.
    pub async fn revise_listing(
        &self,
        listing: &ListingId,
        revision: Revision,
    ) -> Result<SignedListing, Refusal> {
        let now = self.now();
        self.next_version(listing, |newest| newest.revise(revision, now)).await
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
        change: impl FnOnce(Listing) -> Result<Listing, NotMoved>,
    ) -> Result<SignedListing, Refusal> {
        let _claim = self.folder().claim(&listing.to_string()).await?;
        let (goods, newest) = own(self, listing).await?;
        let next = change(newest.listing)
            .map_err(|refused| Refusal::new("not-moved", refused.to_string(), "See `tacit listings`."))?;
        let signed = next.sign(&self.keyring().seller()).map_err(|refused| {
            Refusal::new("not-listed", refused.to_string(), "Change that and run the command again.")
        })?;
        self.publish(goods, signed.clone()).await?;
        Ok(signed)
    }

    /// Publishes first and records then: the market answers a version that it has as the first time.
    async fn publish(&self, mut goods: Goods, signed: SignedListing) -> Result<(), Refusal> {
        self.market().acting(&self.keyring().seller())?.publish(&signed).await?;
        let (listing, version) = (signed.listing.id, signed.listing.version);
        goods.published = Some(signed);
        self.keep_goods(&goods).await?;
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

    async fn unfinished(&self, file: &Path, draft: &Draft) -> Result<Option<Goods>, Refusal> {
        let begun = self.all_goods().await?;
        let same =
            |goods: &Goods| goods.published.is_none() && goods.file == file && goods.draft == draft.into();
        Ok(begun.into_iter().find(|goods| same(goods) && self.sealed_body(goods).is_file()))
    }

    async fn seal_goods(
        &self,
        file: &Path,
        order: &SellOrder,
        hears: &dyn Hears,
    ) -> Result<(Goods, Option<String>), Refusal> {
        hears.tell("sealing the file and promising every cell of it");
        let listing = ListingId::random(&mut self.rng());
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
        // The file is read once to be sealed and once to be promised; NDJSON once more, to learn its columns.
        let passes = if Layout::of_media_type(&terms.media_type) == Layout::Ndjson { 3 } else { 2 };
        let total = passes * std::fs::metadata(file).map_or(0, |about| about.len());
        let sealed =
            counted(total, hears, move |counter| seal_and_promise(&path, &output, &mine, &terms, counter));
        let (key, body_bytes, built) = sealed.await?;
        let signed = built.manifest.sign(&self.keyring().seller());
        let goods = Goods::sealed(listing, file.to_owned(), &order.draft, &key, signed, body_bytes);
        std::fs::write(self.blocks_file(&goods), built.blocks.bytes()).map_err(|_| disk())?;
        std::fs::rename(&half, self.sealed_body(&goods)).map_err(|_| disk())?;
        self.keep_goods(&goods).await?;
        Ok((goods, built.plain_because))
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
        let mut told = |there: u64| hears.bytes(there, total);
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

    /// Removes what publishing needed and nothing needs any more; the body lies in the vault.
    pub(crate) fn tidy_goods(&self, goods: &Goods) {
        for file in [self.sealed_body(goods), self.blocks_file(goods)] {
            let _gone_already = std::fs::remove_file(file);
        }
    }
}

type SealedFile = (tacit_delivery::FileKeyKept, u64, BuiltManifest);

fn seal_and_promise(
    file: &Path,
    output: &Path,
    mine: &AgeRecipient,
    terms: &ManifestTerms,
    counter: &Counter,
) -> Result<SealedFile, Refusal> {
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
    let sealed = seal(BufReader::new(counter.reading(open()?)), body, mine).map_err(|refused| {
        let _half_is_worthless = std::fs::remove_file(output);
        Refusal::new("not-sealed", refused.to_string(), "Nothing left this machine.")
    })?;
    let built = build_manifest(counter.reading(open()?), &sealed, terms).map_err(|refused| {
        let _half_is_worthless = std::fs::remove_file(output);
        Refusal::new(
            "unreadable-file",
            refused.to_string(),
            "Mend the file and run the command again; nothing left this machine.",
        )
    })?;
    File::open(output).and_then(|file| file.sync_all()).map_err(|_| disk())?;
    Ok((sealed.file_key, sealed.body.bytes, built))
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
