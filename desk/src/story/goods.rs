//! What a seller's desk keeps of every listing of its own: the file key, the manifest, and how far publishing came.

use super::sell::{SealedFile, SellOrder};
use crate::OpenDesk;
use crate::cabinet::Drawer;
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::PathBuf;
use tacit_catalogue::{Draft, SignedListing};
use tacit_delivery::{FileKeyKept, SignedManifest};
use tacit_values::{Digest, ListingId, base64url};

pub(crate) const GOODS: Drawer = Drawer("goods");

/// One listing of this desk.
#[derive(Clone, Serialize, Deserialize)]
pub struct Goods {
    /// Which listing.
    pub listing: ListingId,
    /// The file that is sold, as long as the sample was not opened.
    pub file: PathBuf,
    /// What the seller typed.
    pub draft: DraftKept,
    /// The key that every buyer's header wraps. The record is sealed under the desk's seed.
    #[serde(with = "base64url::fixed")]
    key: [u8; 16],
    /// The manifest with this desk's signature.
    pub manifest: SignedManifest,
    /// How many bytes the sealed body has.
    pub body_bytes: u64,
    /// What else was decided, and about which bytes.
    #[serde(default)]
    pub(crate) sealed_as: Option<SealedAs>,
    /// A version that was signed and handed to the market, whose answer is not known: it goes out again byte for byte.
    #[serde(default)]
    pub(crate) pending: Option<SignedListing>,
    /// The newest published version; none until the listing is live.
    pub published: Option<SignedListing>,
}

/// A draft as it is kept for going on after a crash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DraftKept {
    pub(crate) title: String,
    pub(crate) summary: String,
    pub(crate) category: String,
    pub(crate) tags: Vec<String>,
    pub(crate) licence: String,
    pub(crate) price: String,
    pub(crate) updates: String,
    pub(crate) preset: String,
}

/// What was sealed: the file's bytes, and what was decided about its columns. What is opened of a sample stays open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SealedAs {
    /// SHA-256 of the file.
    pub(crate) plaintext: Digest,
    /// Columns that stay closed.
    pub(crate) redact: BTreeSet<String>,
    /// All of them stay closed.
    pub(crate) redact_all: bool,
    /// Columns that are promised to be filled.
    pub(crate) filled: BTreeSet<String>,
}

impl SealedAs {
    pub(crate) fn of(plaintext: Digest, order: &SellOrder) -> Self {
        let set = |columns: &[String]| columns.iter().cloned().collect();
        Self {
            plaintext,
            redact: set(&order.redact),
            redact_all: order.redact_all,
            filled: set(&order.filled),
        }
    }
}

impl From<&Draft> for DraftKept {
    fn from(draft: &Draft) -> Self {
        let Draft { title, summary, category, tags, licence, price, updates, preset } = draft.clone();
        Self { title, summary, category, tags, licence, price, updates, preset }
    }
}

impl Goods {
    pub(crate) fn sealed(
        listing: ListingId,
        file: PathBuf,
        order: &SellOrder,
        sealed: &SealedFile,
        manifest: SignedManifest,
    ) -> Self {
        Self {
            listing,
            file,
            draft: DraftKept::from(&order.draft),
            key: *sealed.key.expose(),
            manifest,
            body_bytes: sealed.body_bytes,
            sealed_as: Some(SealedAs::of(sealed.plaintext, order)),
            pending: None,
            published: None,
        }
    }

    /// What the seller decided when it was begun, for going on with it: any other decision seals the file anew.
    pub(crate) fn order(&self, draft: Draft) -> SellOrder {
        let list = |columns: &BTreeSet<String>| -> Vec<String> { columns.iter().cloned().collect() };
        match &self.sealed_as {
            Some(sealed) => SellOrder {
                draft,
                redact: list(&sealed.redact),
                redact_all: sealed.redact_all,
                filled: list(&sealed.filled),
            },
            // Begun before decisions were kept: what the manifest closed stays closed.
            None => {
                let closed = self.manifest.manifest.schema.iter().filter(|column| column.redacted);
                SellOrder {
                    draft,
                    redact: closed.map(|column| column.name.clone()).collect(),
                    ..SellOrder::default()
                }
            }
        }
    }

    /// The key of the sealed body.
    pub fn key(&self) -> FileKeyKept {
        FileKeyKept::from_bytes(self.key)
    }
}

impl std::fmt::Debug for Goods {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Goods({})", self.listing)
    }
}

impl OpenDesk {
    /// One listing of this desk.
    pub async fn goods(&self, listing: &ListingId) -> Result<Option<Goods>, Refusal> {
        Ok(self.cabinet().get::<Goods>(GOODS, &listing.to_string()).await?.map(|kept| kept.value))
    }

    /// All listings of this desk.
    pub async fn all_goods(&self) -> Result<Vec<Goods>, Refusal> {
        Ok(self.cabinet().list::<Goods>(GOODS).await?.into_iter().map(|kept| kept.value).collect())
    }

    /// Forgets a listing that was begun and cannot be finished.
    pub(crate) async fn forget_goods(&self, goods: &Goods) -> Result<(), Refusal> {
        self.tidy_goods(goods);
        Ok(self.cabinet().remove(GOODS, &goods.listing.to_string()).await?)
    }

    pub(crate) async fn keep_goods(&self, goods: &Goods) -> Result<(), Refusal> {
        Ok(self.cabinet().put(GOODS, &goods.listing.to_string(), goods).await?)
    }
}

/// A listing that this desk published, or the sentence that it did not.
pub(crate) async fn own(desk: &OpenDesk, listing: &ListingId) -> Result<(Goods, SignedListing), Refusal> {
    let goods = desk.goods(listing).await?;
    let published = goods.and_then(|goods| goods.published.clone().map(|published| (goods, published)));
    published.ok_or_else(|| {
        let remedy = "See your own listings with `tacit listings`.";
        Refusal::new("not-yours", "this desk did not publish that listing", remedy)
            .in_pages("Look at your listings.")
    })
}
