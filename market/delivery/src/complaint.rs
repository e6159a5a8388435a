//! A complaint: what a buyer shows when a delivery is not what was agreed, and how it is decided without anybody's opinion.
//!
//! A complaint shows the order's identity, and with it the key of the disputed file, to whoever decides; it opens no other
//! order. [`judge`] runs the same functions as the buyer's desk. It does not look at the agreement itself: both signatures
//! on it are checked by whoever calls, before its facts are handed in here (delivery.md, Fair exchange).

use crate::check::{
    BlockBefore, CheckFailed, Delivered, DeliveryFault, NotChecked, check_block, check_delivery,
};
use crate::manifest::{BlockLeaves, Manifest};
use crate::statement::{AgreedDelivery, SignedStatement, StatementRefused, check_statement};
use crate::table::Plaintext;
use crate::{AgeRecipient, OrderIdentity};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::fmt;
use std::io::{Read, Seek, Write};
use tacit_values::{OrderId, base64url};

/// What a buyer complains about, with everything that is needed to see it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Complaint {
    /// 1.
    pub v: u32,
    /// Which order.
    pub order: OrderId,
    /// What the seller stated.
    pub statement: SignedStatement,
    /// The header that came with it, byte by byte.
    #[serde(with = "base64url")]
    pub header: Vec<u8>,
    /// Opens the disputed file and nothing else.
    pub identity: ShownIdentity,
    /// What the buyer's check found.
    pub fault: DeliveryFault,
    /// For a block of lines: where the block before begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<BlockBefore>,
}

/// An order's identity that is shown on purpose: it is written into documents, but never printed.
#[derive(Clone)]
pub struct ShownIdentity(pub OrderIdentity);

impl fmt::Debug for ShownIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl Serialize for ShownIdentity {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0.to_age_secret_string())
    }
}

impl<'de> Deserialize<'de> for ShownIdentity {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = zeroize::Zeroizing::new(String::deserialize(from)?);
        text.parse().map(Self).map_err(D::Error::custom)
    }
}

/// What the decider knows by itself: from the agreement with both signatures, the vault and the manifest.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// The agreement's facts.
    pub agreed: &'a AgreedDelivery,
    /// The agreement's `age_recipient`.
    pub recipient: &'a AgeRecipient,
    /// The manifest whose digest was agreed on.
    pub manifest: &'a Manifest,
    /// The object that this manifest names as `blocks`.
    pub blocks: &'a BlockLeaves,
}

/// How a complaint ends.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Verdict {
    /// The seller is at fault: refund.
    #[error("confirmed: {0}")]
    Confirmed(DeliveryFault),
    /// The complaint shows another header or identity than the order's, or a statement that is not the seller's.
    #[error("refused: what the complaint shows does not belong to this order and its seller")]
    NotThisOrder,
    /// The check does not find what the complaint says.
    #[error("refused: the delivery is what was agreed on, as far as the complaint goes")]
    Unfounded,
}

/// Decides a complaint. `body` comes from a vault that verifies what it reads; `scratch` is an empty temporary file.
///
/// Any fault of the seller that the check meets confirms the complaint, also another than the named one: a buyer must
/// not lose because two things are wrong.
pub fn judge<B: Read + Seek + Send + 'static, P: Plaintext + Write>(
    complaint: &Complaint,
    found: &Found<'_>,
    body: B,
    scratch: P,
) -> Result<Verdict, NotChecked> {
    let identity = &complaint.identity.0;
    let of_this_order = complaint.v == 1
        && complaint.order == found.agreed.order
        && identity.recipient() == *found.recipient
        && found.manifest.digest() == found.agreed.manifest
        && found.manifest.body == found.agreed.body;
    if !of_this_order {
        return Ok(Verdict::NotThisOrder);
    }
    match check_statement(&complaint.statement, found.agreed, &complaint.header) {
        Ok(()) => {}
        Err(StatementRefused::Manifest | StatementRefused::Body) => {
            return Ok(Verdict::Confirmed(DeliveryFault::Statement));
        }
        Err(_) => return Ok(Verdict::NotThisOrder),
    }
    let header = complaint.header.as_slice();
    let delivered = Delivered { header, identity, manifest: found.manifest, blocks: found.blocks };
    let checked = match &complaint.fault {
        DeliveryFault::Statement => return Ok(Verdict::Unfounded),
        DeliveryFault::Header => header_opens(header, identity),
        DeliveryFault::Block { block } => check_block(&delivered, body, *block, complaint.before),
        DeliveryFault::Chunk { .. } | DeliveryFault::Schema { .. } | DeliveryFault::Plaintext => {
            check_delivery(&delivered, body, scratch).map(|_| ())
        }
    };
    match checked {
        Ok(()) => Ok(Verdict::Unfounded),
        Err(CheckFailed::Fault(fault)) => Ok(Verdict::Confirmed(fault)),
        // The buyer's word about where a block begins did not hold.
        Err(CheckFailed::NotChecked(NotChecked::NoBeginning)) => Ok(Verdict::Unfounded),
        Err(CheckFailed::NotChecked(why)) => Err(why),
    }
}

fn header_opens(header: &[u8], identity: &OrderIdentity) -> Result<(), CheckFailed> {
    let header = crate::Header::parse(header).map_err(|_| DeliveryFault::Header)?;
    header.open(identity)?;
    Ok(())
}

#[cfg(test)]
mod tests;
