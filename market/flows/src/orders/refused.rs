//! Why an order did not move, or is not shown.

use crate::log::LogNotRead;
use crate::refusal::{Nature, Refusal, STORE_DOWN, Told, VAULT_DOWN};
use tacit_delivery::StatementRefused;
use tacit_ports::market::StoreFault;
use tacit_ports::vault::VaultFault;
use tacit_trade::{Disagreement, NotAccepted, NotClosed, NotPlaced, NotRefused, NotStated};

/// Why an order did not move, or is not shown. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum OrderRefused {
    /// No such order, or somebody else's.
    #[error("there is no such order here")]
    Unknown,
    /// Only its id and outcome are left.
    #[error("this order ended long ago; only its outcome is left")]
    Over,
    /// No such listing.
    #[error("there is no such listing here")]
    NoListing,
    /// Not placed.
    #[error(transparent)]
    NotPlaced(#[from] NotPlaced),
    /// Not accepted.
    #[error(transparent)]
    NotAccepted(#[from] NotAccepted),
    /// Not refused.
    #[error(transparent)]
    NotRefused(#[from] NotRefused),
    /// Not stated.
    #[error(transparent)]
    NotStated(#[from] NotStated),
    /// Not closed.
    #[error(transparent)]
    NotClosed(#[from] NotClosed),
    /// The delivery statement does not count.
    #[error(transparent)]
    Statement(#[from] StatementRefused),
    /// What was sent as header is none.
    #[error("the header is no age header for one recipient")]
    NotAHeader,
    /// The body is not in the vault.
    #[error("the sealed body is not in the vault")]
    NoBody,
    /// Escrow is asked for.
    #[error("this market does not arbitrate escrows")]
    NoEscrow,
    /// Another fee schedule.
    #[error("the fee schedule in force is version {version}")]
    OtherFees {
        /// The version in force.
        version: u32,
    },
    /// Another pool than the one that takes payments.
    #[error("the order's pool or an address in it is not of the pool that takes payments now")]
    OtherPool,
    /// The receipt belongs to an order that ended.
    #[error("this receipt was signed for another order; sign one for this order")]
    ReceiptUsed,
    /// Somebody moved it at the same moment.
    #[error("the order moved at the same moment")]
    Moved,
    /// The log could not be read.
    #[error(transparent)]
    Log(#[from] LogNotRead),
    /// The vault's fault.
    #[error(transparent)]
    Vault(#[from] VaultFault),
    /// The store's fault.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

impl Refusal for OrderRefused {
    fn told(&self) -> Told {
        match self {
            Self::Unknown | Self::NoListing => Told::new(Nature::Unknown, "not-found"),
            Self::Over => {
                Told::with(Nature::Conflict, "wrong-state", "look at the order; a new one needs a new id")
            }
            Self::NotPlaced(refused) => not_placed(refused),
            Self::NotAccepted(refused) => match refused {
                NotAccepted::NotTheSeller => Told::new(Nature::Forbidden, "not-yours"),
                NotAccepted::TooLate { .. } | NotAccepted::PayByPassed => {
                    Told::new(Nature::Conflict, "too-late")
                }
                NotAccepted::WrongState(_) => {
                    Told::with(Nature::Conflict, "wrong-state", "look at the order")
                }
                NotAccepted::Terms(_) | NotAccepted::PayByTooFar => Told::new(Nature::Invalid, "refused"),
            },
            Self::NotRefused(refused) => match refused {
                NotRefused::NotTheSeller => Told::new(Nature::Forbidden, "not-yours"),
                NotRefused::WrongState(_) => Told::with(Nature::Conflict, "wrong-state", "look at the order"),
            },
            Self::NotStated(refused) => match refused {
                NotStated::NotTheSeller => Told::new(Nature::Forbidden, "not-yours"),
                NotStated::TooLate { .. } => Told::new(Nature::Conflict, "too-late"),
                NotStated::AnotherDelivery => Told::new(Nature::Conflict, "conflict"),
                NotStated::WrongState(_) => Told::with(Nature::Conflict, "wrong-state", "look at the order"),
            },
            Self::NotClosed(refused) => match refused {
                NotClosed::NotAParty | NotClosed::NotTheArbiter => Told::new(Nature::Forbidden, "not-yours"),
                NotClosed::NotYet { .. } => Told::new(Nature::Conflict, "not-yet"),
                _ => Told::new(Nature::Conflict, "wrong-state"),
            },
            Self::Statement(_) => {
                Told::with(Nature::Invalid, "refused", "issue the header again and sign a statement about it")
            }
            Self::NotAHeader => {
                Told::with(Nature::Invalid, "refused", "issue the header again for the order's recipient")
            }
            Self::NoBody => Told::with(Nature::Conflict, "not-yet", "upload the sealed body again"),
            Self::ReceiptUsed => Told::new(Nature::Conflict, "conflict"),
            Self::NoEscrow => Told::with(Nature::Invalid, "refused", "order with a direct payment"),
            Self::OtherFees { .. } | Self::OtherPool => Told::with(
                Nature::Conflict,
                "conflict",
                "read the market document again and order with its pool and fees",
            ),
            Self::Moved => Told::with(Nature::Conflict, "conflict", "look at the order and decide again"),
            Self::Log(refused) => refused.told(),
            Self::Vault(_) => VAULT_DOWN,
            Self::Store(_) => STORE_DOWN,
        }
    }
}

fn not_placed(refused: &NotPlaced) -> Told {
    match refused {
        NotPlaced::NotTheBuyer => Told::new(Nature::Forbidden, "not-yours"),
        NotPlaced::Taken => Told::new(Nature::Conflict, "order-taken"),
        NotPlaced::Listing(Disagreement::PriceChanged { .. } | Disagreement::OfferChanged { .. }) => {
            Told::with(Nature::Conflict, "conflict", "read the listing again and order at its newest version")
        }
        NotPlaced::Listing(Disagreement::NotForSale(_)) => {
            Told::with(Nature::Conflict, "wrong-state", "choose another listing; nothing was ordered")
        }
        NotPlaced::OtherMarket | NotPlaced::Terms(_) | NotPlaced::Listing(_) => {
            Told::new(Nature::Invalid, "refused")
        }
    }
}
