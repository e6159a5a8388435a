//! Checking a sample at home: the rows that nobody chose, proved cell by cell against manifest, beacon and log.
//!
//! Manifest and sample are fetched unsigned on a connection of their own; what they are held against (the listing, the
//! manifest's leaf, the epoch that the beacon covers) is this desk's own mirror. Whoever fetches a sample shows interest
//! in that listing, by address and time only; a proxy hides that too.

use crate::open::OpenDesk;
use crate::refusal::Refusal;
use serde::Deserialize;
use tacit_catalogue::{SampleFigures, SignedListing, quality_sentence};
use tacit_delivery::{
    AuditedCell, AuditedRow, AuditedSample, Cell, CellTag, Manifest, SampleProfile, verify_sample,
};
use tacit_evidence::beacon::Beacon;
use tacit_evidence::log::{Leaf, LeafKind, LogIndex, leaf_hash};
use tacit_settlement::EpochLeaf;
use tacit_values::{Digest, ListingId, Persona, Timestamp, base64url};

/// A sample that this desk has checked.
#[derive(Debug, Clone)]
pub struct CheckedSample {
    /// The manifest behind the listing, signed by its seller.
    pub manifest: Manifest,
    /// What was drawn and what is known about it.
    pub figures: SampleFigures,
    /// What it says, in one sentence.
    pub sentence: String,
    /// The rows; `None` for files without a sample.
    pub sample: Option<AuditedSample>,
    /// Statistics of the open columns.
    pub profile: Option<SampleProfile>,
    /// Where the manifest stands in the log.
    pub log_index: LogIndex,
    /// How many manifests this seller logged before this one, for whatever listing: a new listing does not hide old draws.
    pub earlier_of_seller: u32,
}

/// The log's record of a manifest.
#[derive(Deserialize)]
struct LoggedManifest {
    manifest: Digest,
    seller: Persona,
    listing: ListingId,
    at: Timestamp,
}

/// Where a manifest stands in this desk's log, and how many the seller logged before it.
pub(crate) struct Place {
    index: LogIndex,
    at: Timestamp,
    /// For the same listing.
    pub(crate) earlier: u32,
    /// For whatever listing.
    pub(crate) earlier_of_seller: u32,
}

impl OpenDesk {
    /// Fetches and checks the manifest and the sample of a mirrored listing.
    pub async fn check_sample(&self, listing: &SignedListing) -> Result<CheckedSample, Refusal> {
        let seller = listing.listing.seller;
        let errand = self.market().singly()?;
        let view = errand.manifest(listing.listing.manifest).await?;
        let manifest = view.signed.verify(&seller).map_err(|refused| untrue(refused.to_string()))?.clone();
        check_listing(listing, &manifest)?;
        let place = self.place_of(listing).await?;
        let columns = count(manifest.schema.len());
        let redacted = count(manifest.schema.iter().filter(|column| column.redacted).count());
        let mut figures = SampleFigures { drawn: 0, earlier_manifests: place.earlier, columns, redacted };
        if tacit_delivery::sample_size(manifest.rows) == 0 {
            let sentence = quality_sentence(&figures);
            return Ok(CheckedSample {
                manifest,
                figures,
                sentence,
                sample: None,
                profile: None,
                log_index: place.index,
                earlier_of_seller: place.earlier_of_seller,
            });
        }
        let beacon = view.beacon.ok_or_else(|| untrue("the sample of this listing has no beacon"))?;
        self.check_beacon(&beacon, &manifest, &place).await?;
        let sample = errand.sample_of(listing.listing.id, listing.listing.manifest).await?;
        let (audited, manifest) = tokio::task::spawn_blocking(move || {
            let audited = verify_sample(&sample, &manifest, &beacon.digest());
            audited.map(|audited| (audited, manifest)).map_err(|refused| untrue(refused.to_string()))
        })
        .await
        .expect("checking a sample does not panic")?;
        figures.drawn = audited.size();
        let sentence = match audited.breaches() {
            0 => quality_sentence(&figures),
            breaches => format!(
                "{breaches} of {} rows drawn by neither seller nor buyer breach the declared schema; seller and market \
                 together could have chosen them",
                audited.size()
            ),
        };
        let profile = audited.profile();
        Ok(CheckedSample {
            manifest,
            figures,
            sentence,
            sample: Some(audited),
            profile,
            log_index: place.index,
            earlier_of_seller: place.earlier_of_seller,
        })
    }

    /// Finds the manifest's leaf in the mirrored log.
    pub(crate) async fn place_of(&self, listing: &SignedListing) -> Result<Place, Refusal> {
        let (seller, id, wanted) = (listing.listing.seller, listing.listing.id, listing.listing.manifest);
        let (mut earlier, mut earlier_of_seller) = (0, 0);
        let found = self
            .mirror()
            .find_clear(LogIndex(0), |index, leaf, _| {
                let Leaf::Clear { kind: LeafKind::Manifest, record } = leaf else { return None };
                let logged: LoggedManifest = serde_json::from_slice(record).ok()?;
                if logged.seller != seller {
                    return None;
                }
                let same_listing = logged.listing == id;
                if same_listing && logged.manifest == wanted {
                    return Some(Place { index, at: logged.at, earlier, earlier_of_seller });
                }
                earlier += u32::from(same_listing);
                earlier_of_seller += 1;
                None
            })
            .await?;
        found.ok_or_else(|| untrue("the manifest of this listing does not stand in the market's log"))
    }

    /// The beacon must be the market's, over this manifest's place and the first epoch that was young enough.
    async fn check_beacon(&self, beacon: &Beacon, manifest: &Manifest, place: &Place) -> Result<(), Refusal> {
        self.settings().pinned.beacon.verify(beacon).map_err(|refused| untrue(refused.to_string()))?;
        if beacon.manifest != manifest.digest() || beacon.log_index != place.index {
            return Err(untrue("the beacon was drawn for another manifest, or for another place in the log"));
        }
        let market = self.mirror().market().await?;
        let delay = market.map_or(60, |market| market.beacon_delay_s);
        let old_enough = place.at.plus(std::time::Duration::from_secs(delay));
        let pools = self.mirror().pools().await?;
        let clock = pools.first().map(|followed| followed.pool.pool);
        // Leaves of epochs come in the order of time; the first one that is young enough may stand before the manifest's
        // own leaf only if the delay is shorter than an epoch.
        let first = self
            .mirror()
            .find_clear(LogIndex(0), |_, leaf, bytes| {
                let Leaf::Clear { kind: LeafKind::Epoch, record } = leaf else { return None };
                let epoch = EpochLeaf::decode(record).ok()?;
                (Some(epoch.pool) == clock && epoch.time >= old_enough).then(|| leaf_hash(bytes))
            })
            .await?;
        if first != Some(beacon.epoch_leaf) {
            return Err(untrue("the beacon does not cover the first epoch that was young enough"));
        }
        Ok(())
    }
}

/// The listing shows what the manifest says.
fn check_listing(listing: &SignedListing, manifest: &Manifest) -> Result<(), Refusal> {
    let shown = &listing.listing;
    let same_columns = shown.columns.len() == manifest.schema.len()
        && shown.columns.iter().zip(&manifest.schema).all(|(shown, declared)| {
            shown.name == declared.name
                && shown.redacted == declared.redacted
                && shown.nullable == declared.nullable
        });
    let same = shown.manifest == manifest.digest()
        && shown.rows == manifest.rows
        && shown.bytes == manifest.bytes
        && shown.media_type.as_str() == manifest.media_type
        && same_columns;
    if same { Ok(()) } else { Err(untrue("the listing shows something else than its manifest")) }
}

fn count(many: usize) -> u32 {
    u32::try_from(many).unwrap_or(u32::MAX)
}

fn untrue(sentence: impl Into<String>) -> Refusal {
    Refusal::new(
        "sample-refused",
        sentence,
        "Do not buy on the strength of this sample; what you were shown proves nothing.",
    )
}

/// A row as people read it.
pub fn shown_row(row: &AuditedRow) -> Vec<String> {
    row.cells.iter().map(shown_cell).collect()
}

/// A cell as people read it.
pub fn shown_cell(cell: &AuditedCell) -> String {
    let AuditedCell::Open(cell) = cell else { return "(redacted)".to_owned() };
    shown_value(cell)
}

/// A value as people read it.
pub(crate) fn shown_value(cell: &Cell) -> String {
    let value = cell.value();
    let text = || String::from_utf8_lossy(value).into_owned();
    match cell.tag() {
        CellTag::Null => String::new(),
        CellTag::Text | CellTag::Decimal => text(),
        CellTag::Bytes => base64url::encode(value),
        CellTag::Boolean => if value == [0] { "false" } else { "true" }.to_owned(),
        CellTag::Integer => {
            value.try_into().map_or_else(|_| text(), |bytes| i128::from_be_bytes(bytes).to_string())
        }
        CellTag::Double => {
            value.try_into().map_or_else(|_| text(), |bytes| f64::from_be_bytes(bytes).to_string())
        }
        CellTag::Time => {
            value.try_into().map_or_else(|_| text(), |bytes| shown_time(i64::from_be_bytes(bytes)))
        }
    }
}

fn shown_time(nanoseconds: i64) -> String {
    match u64::try_from(nanoseconds / 1_000_000) {
        Ok(millis) if nanoseconds % 1_000_000 == 0 => Timestamp::from_millis(millis).to_string(),
        _ => format!("{nanoseconds} ns"),
    }
}
