//! The stored record of a payment: written before each step that cannot be taken back.

use super::crossing::Crossed;
use super::payment::{Ended, Landed};
use crate::cabinet::{Drawer, Kept};
use crate::open::OpenDesk;
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};
use tacit_settlement::{Address, Nullifier, PoolId, TermsBlind, TermsTag};
use tacit_values::{Digest, Epoch, Money, base64url};

pub(super) const PAYMENTS: Drawer = Drawer("payments");

/// A payment as it was begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Begun {
    pub(super) pool: PoolId,
    /// `None`: notes are merged into one of our own.
    pub(super) to: Option<(Address, Money)>,
    pub(super) blind: Option<TermsBlind>,
    pub(super) terms_tag: TermsTag,
    pub(super) valid_until: Epoch,
    /// The notes that are promised to it, by position.
    pub(super) notes: Vec<u64>,
    /// The value leaves the pool for its successor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) crosses: Option<Crosses>,
}

/// What a crossing moves, and where it enters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Crosses {
    pub(super) to: PoolId,
    pub(super) amount: Money,
    /// The last epoch of the new pool that may take the half that enters.
    pub(super) valid_until: Epoch,
    /// The new pool's open epoch when it was begun: the half that enters stands in no earlier one.
    pub(super) since: Epoch,
}

/// The finished bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Finished {
    #[serde(with = "base64url")]
    pub(super) bytes: Vec<u8>,
    pub(super) digest: Digest,
    pub(super) terms_tag: TermsTag,
    pub(super) nullifiers: Vec<Nullifier>,
    /// The action whose output is the payee's.
    pub(super) action: usize,
    /// Of a crossing: the half that enters the new pool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) enters: Option<Enters>,
}

/// The half of a crossing that enters the new pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Enters {
    #[serde(with = "base64url")]
    pub(super) bytes: Vec<u8>,
    pub(super) digest: Digest,
}

/// Where a payment stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Record {
    /// Notes are promised; the bundle does not exist, or never left this desk.
    Reserved(Begun),
    /// The bundle exists and may have been sent.
    Proven(Begun, Finished),
    /// A merge that landed: nothing of it is asked for.
    Merged,
    /// It stands in the ledger.
    Landed(Landed),
    /// A crossing that stands in both pools.
    Crossed(Crossed),
    /// It did not happen.
    Ended(Ended),
}

pub(super) async fn read(desk: &OpenDesk, id: &str) -> Result<Option<Record>, Refusal> {
    Ok(desk.cabinet().get::<Record>(PAYMENTS, id).await?.map(|kept| kept.value))
}

pub(super) async fn all(desk: &OpenDesk) -> Result<Vec<Kept<Record>>, Refusal> {
    Ok(desk.cabinet().list(PAYMENTS).await?)
}
