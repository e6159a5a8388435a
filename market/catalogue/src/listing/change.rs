//! How a listing changes: by a next version that follows the one before.

use super::{Goods, Listing, ListingState};
use crate::words::{Abstract, AgeRecipient, Tag, Title};
use crate::{Category, DisclosurePreset, Licence, Price, Updates};
use tacit_values::Timestamp;

/// What a seller changes in a next version; what is `None` stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Revision {
    /// A new title.
    pub title: Option<Title>,
    /// A new abstract.
    pub summary: Option<Abstract>,
    /// Another shelf.
    pub category: Option<Category>,
    /// Other tags.
    pub tags: Option<Vec<Tag>>,
    /// Another licence, for orders from now on.
    pub licence: Option<Licence>,
    /// Another price, for orders from now on.
    pub price: Option<Price>,
    /// Other terms for later versions.
    pub updates: Option<Updates>,
    /// Other public figures.
    pub preset: Option<DisclosurePreset>,
    /// Another mail key.
    pub seller_mail: Option<AgeRecipient>,
    /// New data.
    pub goods: Option<Goods>,
}

/// Why a listing does not move to that state.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
pub enum NotMoved {
    /// It is retired.
    #[error("the listing is retired, which is final; list the data anew")]
    Retired,
    /// It is in that state already.
    #[error("the listing is {0} already; nothing was changed")]
    Already(ListingState),
    /// The revision changes nothing.
    #[error("the revision changes nothing; say what should be different")]
    Unchanged,
    /// There are 2^32 - 1 versions.
    #[error("the listing has no version numbers left; list the data anew")]
    NoVersionLeft,
}

/// Why a listing is not the next version of another.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
pub enum NotANextVersion {
    /// Another id.
    #[error("a next version keeps the listing's id")]
    OtherListing,
    /// Another seller.
    #[error("a next version keeps the listing's seller")]
    OtherSeller,
    /// A number that is not one more.
    #[error("the next version is number {expected}, not {found}; fetch the newest and change that")]
    Number {
        /// One more than the newest.
        expected: u32,
        /// What was sent.
        found: u32,
    },
    /// The listing is retired.
    #[error("the listing is retired, which is final; list the data anew")]
    Retired,
    /// Made before the version that it follows.
    #[error("the next version is dated before the one it follows; check this machine's clock")]
    Earlier,
}

impl Listing {
    /// The next version with some of its terms changed.
    pub fn revise(self, revision: Revision, at: Timestamp) -> Result<Self, NotMoved> {
        if self.state == ListingState::Retired {
            return Err(NotMoved::Retired);
        }
        if revision == Revision::default() {
            return Err(NotMoved::Unchanged);
        }
        let mut next = self.next(at)?;
        next.title = revision.title.unwrap_or(next.title);
        next.summary = revision.summary.unwrap_or(next.summary);
        next.category = revision.category.unwrap_or(next.category);
        next.tags = revision.tags.unwrap_or(next.tags);
        next.licence = revision.licence.unwrap_or(next.licence);
        next.price = revision.price.unwrap_or(next.price);
        next.updates = revision.updates.unwrap_or(next.updates);
        next.preset = revision.preset.unwrap_or(next.preset);
        next.seller_mail = revision.seller_mail.unwrap_or(next.seller_mail);
        if let Some(goods) = revision.goods {
            next.manifest = goods.manifest;
            next.media_type = goods.media_type;
            next.rows = goods.rows;
            next.bytes = goods.bytes;
            next.columns = goods.columns;
        }
        Ok(next)
    }

    /// The next version, not for sale for now.
    pub fn pause(self, at: Timestamp) -> Result<Self, NotMoved> {
        match self.state {
            ListingState::Live => self.moved(ListingState::Paused, at),
            ListingState::Paused => Err(NotMoved::Already(ListingState::Paused)),
            ListingState::Retired => Err(NotMoved::Retired),
        }
    }

    /// The next version, for sale again.
    pub fn resume(self, at: Timestamp) -> Result<Self, NotMoved> {
        match self.state {
            ListingState::Live => Err(NotMoved::Already(ListingState::Live)),
            ListingState::Paused => self.moved(ListingState::Live, at),
            ListingState::Retired => Err(NotMoved::Retired),
        }
    }

    /// The last version: not for sale any more.
    pub fn retire(self, at: Timestamp) -> Result<Self, NotMoved> {
        match self.state {
            ListingState::Live | ListingState::Paused => self.moved(ListingState::Retired, at),
            ListingState::Retired => Err(NotMoved::Already(ListingState::Retired)),
        }
    }

    /// Whether this version may stand after `earlier` in a catalogue.
    pub fn follows(&self, earlier: &Self) -> Result<(), NotANextVersion> {
        if self.id != earlier.id {
            return Err(NotANextVersion::OtherListing);
        }
        if self.seller != earlier.seller {
            return Err(NotANextVersion::OtherSeller);
        }
        if earlier.state == ListingState::Retired {
            return Err(NotANextVersion::Retired);
        }
        let expected = earlier.version.saturating_add(1);
        if self.version != expected || self.version == earlier.version {
            return Err(NotANextVersion::Number { expected, found: self.version });
        }
        if self.at < earlier.at {
            return Err(NotANextVersion::Earlier);
        }
        Ok(())
    }

    fn moved(self, state: ListingState, at: Timestamp) -> Result<Self, NotMoved> {
        Ok(Self { state, ..self.next(at)? })
    }

    fn next(self, at: Timestamp) -> Result<Self, NotMoved> {
        let version = self.version.checked_add(1).ok_or(NotMoved::NoVersionLeft)?;
        Ok(Self { version, at: at.max(self.at), ..self })
    }
}
