//! Which terms can be agreed at all, and which agree with a listing.

use super::{Agreement, Mode, OrderRequest, Pay, PayFor};
use tacit_catalogue::{Listing, ListingState, Price};
use tacit_values::{MAX_SAFE_INTEGER, Money};

/// The longest time for delivery or confirmation: 90 days.
pub const SPAN_MOST_S: u64 = 90 * 86_400;
/// The most payees.
const PAYEES_MOST: usize = 8;
/// The longest purpose, in bytes.
const PURPOSE_MOST: usize = 400;
/// The most regions, and the longest of them in bytes.
const JURISDICTIONS_MOST: usize = 16;
const JURISDICTION_MOST: usize = 40;

/// Why a document is no agreement between these two.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
pub enum BadAgreement {
    /// A number that RFC 8785 would round.
    #[error("the agreement holds a number beyond 2^53 - 1 and cannot be signed")]
    NotCanonical,
    /// The seller's signature is wrong.
    #[error("the seller's signature is not over these terms; ask the seller's desk again")]
    SellerSignature,
    /// The buyer's signature is wrong.
    #[error("the buyer's signature is not over these terms; ask the buyer's desk again")]
    BuyerSignature,
    /// The key belongs to somebody else.
    #[error("this key belongs to neither side of the agreement that it should sign")]
    ForeignKey,
    /// Buyer, seller and arbiter are not different.
    #[error("buyer, seller and arbiter of an order are different personas")]
    SamePersona,
    /// The accepted terms are not the requested ones.
    #[error(
        "the seller changed the terms that were asked for; nothing was paid, order again if you want the new ones"
    )]
    TermsChanged,
    /// Version 0 of a listing.
    #[error("an order names a version of the listing, counted from 1")]
    OfferVersion,
    /// A direct payment with a fee.
    #[error("a direct payment has no fee")]
    FeeOnDirect,
    /// Not the payees of the mode.
    #[error(
        "a direct payment has one payee, who gets the price; an escrow pays the price out to seller and fee"
    )]
    Payees,
    /// An escrow without an arbiter.
    #[error("an escrow needs an arbiter")]
    NoArbiter,
    /// `pay_by` is no epoch at which a bundle may expire.
    #[error("pay_by must be a multiple of 64 epochs, as a bundle's expiry is")]
    PayBy,
    /// A time limit of nothing or of more than 90 days.
    #[error("delivery and confirmation have between a second and 90 days")]
    Spans,
    /// A text is too long, or an empty list stands for none.
    #[error("purpose or jurisdictions are too long; shorten them")]
    Texts,
}

/// Why an order does not agree with a listing.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
pub enum Disagreement {
    /// Another listing or seller.
    #[error("the order names another listing or seller")]
    OtherListing,
    /// The listing cannot be ordered.
    #[error("the listing is {0} and cannot be ordered")]
    NotForSale(ListingState),
    /// The price is another one now.
    #[error(
        "the price changed from {agreed} to {asked} since it was quoted; nothing was paid, order again at the new price"
    )]
    PriceChanged {
        /// What the order says.
        agreed: Price,
        /// What the listing says.
        asked: Price,
    },
    /// There is another version.
    #[error(
        "the listing is at version {newest} and the order names version {named}; read it again and order again"
    )]
    OfferChanged {
        /// What the order says.
        named: u32,
        /// What the listing says.
        newest: u32,
    },
    /// Manifest, kind, licence or updates differ under the same version.
    #[error("the order's goods or terms are not those of the listing at that version")]
    OtherTerms,
}

impl Agreement {
    /// Whether these terms can be agreed at all.
    pub fn check_terms(&self) -> Result<(), BadAgreement> {
        OrderRequest::from(self).check()?;
        if !self.pay_by.is_expiry() || self.pay_by.0 > MAX_SAFE_INTEGER {
            return Err(BadAgreement::PayBy);
        }
        let payees_fit = match self.mode {
            Mode::Direct => match self.pays.as_slice() {
                [pay] => pay.what == PayFor::Payment && pay.amount == self.price.money(),
                _ => false,
            },
            Mode::Escrow => escrow_pays_out(&self.pays, self.price.money(), self.fee),
        };
        if payees_fit { Ok(()) } else { Err(BadAgreement::Payees) }
    }

    /// Whether price, goods and terms are those of this version of the listing.
    pub fn agrees_with(&self, listing: &Listing) -> Result<(), Disagreement> {
        OrderRequest::from(self).agrees_with(listing)
    }
}

/// An escrow note holds the price; all of it is paid out, the fee to one payee of its own.
fn escrow_pays_out(pays: &[Pay], price: Money, fee: Money) -> bool {
    let sum = |what: PayFor| {
        let mut amounts = pays.iter().filter(|pay| pay.what == what).map(|pay| pay.amount);
        amounts.try_fold(Money::zero(price.currency()), Money::plus)
    };
    let positive = pays.iter().all(|pay| !pay.amount.is_zero());
    let no_direct = pays.iter().all(|pay| pay.what != PayFor::Payment);
    let whole = match (sum(PayFor::Payout), sum(PayFor::Fee)) {
        (Ok(payout), Ok(fees)) => fees == fee && payout.plus(fees) == Ok(price),
        _ => false,
    };
    pays.len() <= PAYEES_MOST && positive && no_direct && whole
}

impl OrderRequest {
    /// Whether these terms can be asked for at all.
    pub fn check(&self) -> Result<(), BadAgreement> {
        if self.offer_version == 0 {
            return Err(BadAgreement::OfferVersion);
        }
        if self.buyer == self.seller
            || self.arbiter.is_some_and(|arbiter| arbiter == self.buyer || arbiter == self.seller)
        {
            return Err(BadAgreement::SamePersona);
        }
        if self.fee.currency() != self.price.currency() {
            return Err(BadAgreement::Payees);
        }
        match self.mode {
            Mode::Direct if !self.fee.is_zero() => return Err(BadAgreement::FeeOnDirect),
            Mode::Escrow if self.arbiter.is_none() => return Err(BadAgreement::NoArbiter),
            Mode::Direct | Mode::Escrow => {}
        }
        let span = 1..=SPAN_MOST_S;
        if !span.contains(&self.deliver_within_s) || !span.contains(&self.confirm_within_s) {
            return Err(BadAgreement::Spans);
        }
        let purpose_fits =
            self.purpose.as_ref().is_none_or(|purpose| (1..=PURPOSE_MOST).contains(&purpose.len()));
        let region_fits = |region: &String| (1..=JURISDICTION_MOST).contains(&region.len());
        let jurisdictions_fit = self.jurisdictions.as_ref().is_none_or(|regions| {
            (1..=JURISDICTIONS_MOST).contains(&regions.len()) && regions.iter().all(region_fits)
        });
        if purpose_fits && jurisdictions_fit { Ok(()) } else { Err(BadAgreement::Texts) }
    }

    /// Whether price, goods and terms are those of this version of the listing.
    pub fn agrees_with(&self, listing: &Listing) -> Result<(), Disagreement> {
        if self.listing != listing.id || self.seller != listing.seller {
            return Err(Disagreement::OtherListing);
        }
        if !listing.is_for_sale() {
            return Err(Disagreement::NotForSale(listing.state));
        }
        if self.price != listing.price {
            return Err(Disagreement::PriceChanged { agreed: self.price, asked: listing.price });
        }
        if self.offer_version != listing.version {
            return Err(Disagreement::OfferChanged { named: self.offer_version, newest: listing.version });
        }
        let same_terms = self.manifest == listing.manifest
            && self.kind == listing.kind
            && self.licence == listing.licence
            && self.updates == listing.updates;
        if same_terms { Ok(()) } else { Err(Disagreement::OtherTerms) }
    }
}
