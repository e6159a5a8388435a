//! What the ledger takes and why it refuses (settlement.md, Applying a bundle). Pure: the facts come from the caller.
//!
//! A bundle is checked against the facts, then its proof, then against the bundles admitted just before it. In that order, a
//! copied bundle with a spoilt proof cannot keep the true one out. A refusal is never remembered.

mod memory;
mod window;

use crate::bundle::{Movement, SettlementBundle, VERSION};
use crate::bytes32::{Anchor, Nullifier, PoolId, TermsTag};
use crate::epoch::LedgerEntry;
use crate::pool::Pool;
use crate::record::{ClearRecord, RecordRefused};
use crate::turnstile::{Turnstile, TurnstileRefused};
pub use memory::{Ledger, NotClosed};
use orchard::bundle::Flags;
use std::collections::HashSet;
use tacit_values::{Epoch, Money};
pub use window::{GatheredFacts, SettledWindow, settle_window};

/// What the ledger knows, answered by whoever keeps it: the store, a replay, a test.
pub trait LedgerFacts {
    /// The epoch that bundles fall into now.
    fn open_epoch(&self) -> Epoch;
    /// What entered and left so far.
    fn turnstile(&self) -> Turnstile;
    /// Whether this is the root of a closed epoch of this pool (epoch 0's is the empty tree's).
    fn is_anchor(&self, anchor: &Anchor) -> bool;
    /// Whether a note with this nullifier was spent.
    fn is_spent(&self, nullifier: &Nullifier) -> bool;
    /// Whether a bundle with this tag was taken.
    fn has_tag(&self, tag: &TermsTag) -> bool;
}

/// Why the ledger does not take a bundle. Nothing was changed, and the same bundle may be sent again.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
pub enum BundleRefused {
    /// Of another pool.
    #[error("the bundle belongs to pool {found}, not to this one; build it for this pool")]
    WrongPool {
        /// The pool that it names.
        found: PoolId,
    },
    /// In epoch 0, which has no bundles.
    #[error("the ledger opens with epoch 1; send the bundle again in a moment")]
    NotOpenYet,
    /// Flags that would set it apart from all other bundles.
    #[error("the bundle's flags are not those of its kind; build it with an unchanged wallet")]
    UnusualFlags,
    /// No multiple of 64.
    #[error("the bundle's last epoch {valid_until} is no multiple of 64; build it again")]
    NoExpiry {
        /// What it says.
        valid_until: Epoch,
    },
    /// Too late.
    #[error(
        "the bundle was valid until epoch {valid_until} and the ledger is in epoch {now}; its notes are free again, pay anew"
    )]
    Expired {
        /// Its last epoch.
        valid_until: Epoch,
        /// The open one.
        now: Epoch,
    },
    /// Proven against a root that this pool never had.
    #[error("the bundle is proven against a root that this ledger never had; sync the wallet and pay anew")]
    UnknownAnchor,
    /// A note that was spent before, or twice in the bundle.
    #[error("a note of the bundle was spent already; sync the wallet and pay anew")]
    DoubleSpend,
    /// A tag that another bundle carries.
    #[error("another bundle carries the same terms tag; draw a fresh one and build the bundle again")]
    DuplicateTag,
    /// The pool was rotated.
    #[error("this pool was rotated: notes may only cross into pool {successor}")]
    OnlyCrossings {
        /// Where to.
        successor: PoolId,
    },
    /// Value enters, leaves or crosses without a record, or with the wrong one.
    #[error(
        "value enters or leaves the pool only with the treasury's signed record of this bundle and amount"
    )]
    NotAuthorised,
    /// The record is not the treasury's.
    #[error(transparent)]
    Record(#[from] RecordRefused),
    /// The counts do not allow it.
    #[error(transparent)]
    Turnstile(#[from] TurnstileRefused),
    /// Proof or signatures do not hold.
    #[error("the bundle's proof or one of its signatures does not hold; build it again")]
    BadProof,
}

/// Everything about an entry but its proof and signatures, in the order of the design. Returns the turnstile after it.
pub fn check_facts(
    entry: &LedgerEntry,
    pool: &Pool,
    facts: &impl LedgerFacts,
) -> Result<Turnstile, BundleRefused> {
    let bundle = &entry.bundle;
    let now = facts.open_epoch();
    if bundle.pool() != pool.pool {
        return Err(BundleRefused::WrongPool { found: bundle.pool() });
    }
    if now == Epoch::GENESIS {
        return Err(BundleRefused::NotOpenYet);
    }
    check_flags(bundle)?;
    let anchor = bundle.anchor();
    let known = match bundle.movement() {
        Movement::Mint(_) => anchor == Anchor::empty_tree(),
        Movement::Transfer | Movement::Burn(_) => facts.is_anchor(&anchor),
    };
    if !known {
        return Err(BundleRefused::UnknownAnchor);
    }
    let valid_until = bundle.valid_until();
    if !valid_until.is_expiry() {
        return Err(BundleRefused::NoExpiry { valid_until });
    }
    if valid_until < now {
        return Err(BundleRefused::Expired { valid_until, now });
    }
    let mut own = HashSet::with_capacity(bundle.actions());
    if !bundle.nullifiers().all(|nullifier| own.insert(nullifier) && !facts.is_spent(&nullifier)) {
        return Err(BundleRefused::DoubleSpend);
    }
    if facts.has_tag(&bundle.terms_tag()) {
        return Err(BundleRefused::DuplicateTag);
    }
    check_record(entry, pool, now)?;
    pass_turnstile(bundle, pool, facts.turnstile())
}

/// Bundles of a kind are told apart by their value balance and by nothing else.
fn check_flags(bundle: &SettlementBundle) -> Result<(), BundleRefused> {
    let usual = match bundle.movement() {
        Movement::Mint(_) => Flags::SPENDS_DISABLED,
        Movement::Transfer | Movement::Burn(_) => VERSION.default_flags(),
    };
    if *bundle.shielded().flags() == usual { Ok(()) } else { Err(BundleRefused::UnusualFlags) }
}

/// Whether the entry carries the record that its movement needs, signed by the treasury, for this bundle and amount.
fn check_record(entry: &LedgerEntry, pool: &Pool, now: Epoch) -> Result<(), BundleRefused> {
    let digest = entry.bundle.digest();
    let leaves_to = pool.leaves_only_to(now);
    let (here, amount, named) = match (&entry.record, entry.bundle.movement()) {
        (None, Movement::Transfer) => {
            return match leaves_to {
                None => Ok(()),
                Some(successor) => Err(BundleRefused::OnlyCrossings { successor }),
            };
        }
        (Some(ClearRecord::Mint(record)), Movement::Mint(micros)) => {
            (record.pool, (record.amount, micros), record.bundle)
        }
        (Some(ClearRecord::Burn(record)), Movement::Burn(micros)) => {
            (record.pool, (record.amount, micros), record.bundle)
        }
        (Some(ClearRecord::Crossing(record)), Movement::Mint(micros)) => {
            (record.to, (record.amount, micros), record.mint)
        }
        (Some(ClearRecord::Crossing(record)), Movement::Burn(micros)) => {
            if leaves_to != Some(record.to) {
                return Err(BundleRefused::NotAuthorised);
            }
            (record.from, (record.amount, micros), record.burn)
        }
        _ => return Err(BundleRefused::NotAuthorised),
    };
    // A pool that was rotated in its turn still lets in what crosses from the one before it: it leaves by the same way.
    let crosses = matches!(entry.record, Some(ClearRecord::Crossing(_)));
    if let (Some(successor), false) = (leaves_to, crosses) {
        return Err(BundleRefused::OnlyCrossings { successor });
    }
    let (stated, moved) = amount;
    if here != pool.pool || named != digest || stated.micros() != moved || stated.currency() != pool.currency
    {
        return Err(BundleRefused::NotAuthorised);
    }
    if let Some(record) = &entry.record {
        record.verify(&pool.treasury)?;
    }
    Ok(())
}

fn pass_turnstile(
    bundle: &SettlementBundle,
    pool: &Pool,
    turnstile: Turnstile,
) -> Result<Turnstile, BundleRefused> {
    let money = |micros| {
        Money::from_micros(micros, pool.currency)
            .map_err(|_| BundleRefused::Turnstile(TurnstileRefused::Full))
    };
    Ok(match bundle.movement() {
        Movement::Transfer => turnstile,
        Movement::Mint(micros) => turnstile.mint(money(micros)?)?,
        Movement::Burn(micros) => turnstile.burn(money(micros)?)?,
    })
}
