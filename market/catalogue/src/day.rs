//! The day's catalogue changes as desks mirror them, and the catalogue that they add up to.
//!
//! A day is the same bytes for every desk (traffic.md rule 2). The desk's mirror and the market apply the same rule:
//! a listing begins with version 1 and goes on with versions that follow.

use crate::{BadListing, Listing, NotANextVersion, SignedListing, VersionOne};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tacit_values::ListingId;

/// The most versions that a market accepts in one day; a mirror reads no more.
pub const DAY_VERSIONS_MOST: usize = 100_000;

/// The versions that the market accepted on one day, in the order in which it did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogueDay {
    /// The form of this document.
    pub v: VersionOne,
    /// Days since 1970 in the market's time.
    pub day: u64,
    /// The accepted versions.
    pub changes: Vec<SignedListing>,
}

/// Why a day's changes were not taken.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone)]
pub enum BadDay {
    /// Another day than was asked for.
    #[error("the market sent the changes of day {found} for day {asked}; fetch the day again")]
    OtherDay {
        /// What was asked for.
        asked: u64,
        /// What came.
        found: u64,
    },
    /// More versions than a market accepts in a day.
    #[error("the day holds more than {DAY_VERSIONS_MOST} changes, which no honest market sends")]
    TooMany,
    /// A version that does not fit.
    #[error("listing {id} in the day's changes does not fit: {why}")]
    Change {
        /// Which listing.
        id: ListingId,
        /// What is wrong with it.
        #[source]
        why: NotApplied,
    },
}

/// Why one version was not taken into the catalogue.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone)]
pub enum NotApplied {
    /// Fields or signature are wrong.
    #[error(transparent)]
    Bad(#[from] BadListing),
    /// It does not follow the newest version that is known.
    #[error(transparent)]
    NotNext(#[from] NotANextVersion),
    /// The listing is unknown and this is not its version 1.
    #[error("version {found} of a listing whose first version is unknown; fetch the days before")]
    NotFirst {
        /// Its number.
        found: u32,
    },
    /// A first version that is not for sale.
    #[error("the first version of a listing is live")]
    BornDead,
    /// Two different documents under one version.
    #[error(
        "another document is known under this id and version; keep both, they prove that the seller signed two"
    )]
    Forked,
}

/// What taking a version did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// It is the newest now.
    Taken,
    /// It was known.
    Known,
}

/// The newest version of every listing.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    newest: BTreeMap<ListingId, SignedListing>,
}

/// Whether `next` may be taken when `newest` is what is known of the listing. The pure rule behind
/// [`Catalogue::apply`], for stores that keep one row per listing.
pub fn may_follow(newest: Option<&SignedListing>, next: &SignedListing) -> Result<Applied, NotApplied> {
    next.check()?;
    match newest {
        Some(newest) if newest == next => Ok(Applied::Known),
        Some(newest) if newest.listing.version == next.listing.version => Err(NotApplied::Forked),
        Some(newest) => {
            next.listing.follows(&newest.listing)?;
            Ok(Applied::Taken)
        }
        None if next.listing.version != 1 => Err(NotApplied::NotFirst { found: next.listing.version }),
        None if !next.listing.is_for_sale() => Err(NotApplied::BornDead),
        None => Ok(Applied::Taken),
    }
}

impl CatalogueDay {
    /// A day's document.
    pub fn new(day: u64, changes: Vec<SignedListing>) -> Self {
        Self { v: VersionOne, day, changes }
    }
}

impl Catalogue {
    /// Takes one version.
    pub fn apply(&mut self, next: SignedListing) -> Result<Applied, NotApplied> {
        let applied = may_follow(self.newest.get(&next.listing.id), &next)?;
        if applied == Applied::Taken {
            self.newest.insert(next.listing.id, next);
        }
        Ok(applied)
    }

    /// Takes a day that was asked for by its number, whole or not at all. Says how many versions were new; the
    /// unfinished day may be taken again and again.
    pub fn apply_day(&mut self, asked: u64, day: CatalogueDay) -> Result<usize, BadDay> {
        if day.day != asked {
            return Err(BadDay::OtherDay { asked, found: day.day });
        }
        if day.changes.len() > DAY_VERSIONS_MOST {
            return Err(BadDay::TooMany);
        }
        let mut taken: BTreeMap<ListingId, SignedListing> = BTreeMap::new();
        let mut new = 0;
        for change in day.changes {
            let id = change.listing.id;
            let newest = taken.get(&id).or_else(|| self.newest.get(&id));
            let older = newest.is_some_and(|newest| newest.listing.version > change.listing.version);
            if older {
                // An unfinished day is read again from its beginning: its first versions are behind us.
                change.check().map_err(|why| BadDay::Change { id, why: why.into() })?;
                continue;
            }
            match may_follow(newest, &change).map_err(|why| BadDay::Change { id, why })? {
                Applied::Known => {}
                Applied::Taken => {
                    new += 1;
                    taken.insert(id, change);
                }
            }
        }
        self.newest.append(&mut taken);
        Ok(new)
    }

    /// The newest version of a listing.
    pub fn get(&self, id: &ListingId) -> Option<&SignedListing> {
        self.newest.get(id)
    }

    /// All listings, whatever their state.
    pub fn listings(&self) -> impl Iterator<Item = &Listing> {
        self.newest.values().map(|signed| &signed.listing)
    }

    /// How many listings are known.
    pub fn len(&self) -> usize {
        self.newest.len()
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.newest.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{listing, seller_key};

    fn versions() -> (SignedListing, SignedListing, SignedListing) {
        let key = seller_key();
        let first = listing(1);
        let second = first.clone().pause(first.at).unwrap();
        let third = second.clone().resume(first.at).unwrap();
        (first.sign(&key).unwrap(), second.sign(&key).unwrap(), third.sign(&key).unwrap())
    }

    #[test]
    fn a_day_applied_twice_adds_nothing_the_second_time() {
        let (first, second, third) = versions();
        let day = CatalogueDay::new(20_777, vec![first, second, third.clone()]);
        let mut catalogue = Catalogue::default();
        assert_eq!(catalogue.apply_day(20_777, day.clone()), Ok(3));
        assert_eq!(catalogue.apply_day(20_777, day), Ok(0));
        assert_eq!(catalogue.get(&third.listing.id), Some(&third));
    }

    #[test]
    fn a_day_with_a_gap_a_forged_version_or_another_number_is_refused_whole() {
        let (first, second, third) = versions();
        let mut catalogue = Catalogue::default();
        let gap = CatalogueDay::new(1, vec![first.clone(), third]);
        assert!(matches!(catalogue.apply_day(1, gap), Err(BadDay::Change { .. })));
        let mut forged = second.clone();
        forged.listing.price = listing(2).price;
        forged.listing.rows += 1;
        let day = CatalogueDay::new(1, vec![first.clone(), forged]);
        assert!(matches!(catalogue.apply_day(1, day), Err(BadDay::Change { .. })));
        assert!(catalogue.is_empty());
        let day = CatalogueDay::new(2, vec![first]);
        assert_eq!(catalogue.apply_day(1, day), Err(BadDay::OtherDay { asked: 1, found: 2 }));
    }

    #[test]
    fn two_documents_under_one_version_are_noticed() {
        let (first, second, _) = versions();
        let other = first.listing.clone().retire(first.listing.at).unwrap().sign(&seller_key()).unwrap();
        let mut catalogue = Catalogue::default();
        catalogue.apply(first).unwrap();
        catalogue.apply(second).unwrap();
        assert_eq!(catalogue.apply(other), Err(NotApplied::Forked));
    }
}
