//! The delivery statement: with every header, the seller's signed word about what was delivered.

use crate::Header;
use serde::{Deserialize, Serialize};
use tacit_values::{Digest, OrderId, Persona, PersonaKey, Signature, canonical};

/// What the seller states. Goes to the market with the header, as `stated`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeliveryStatement {
    /// 1.
    pub v: u32,
    /// Which order is delivered.
    pub order: OrderId,
    /// Digest of the manifest.
    pub manifest: Digest,
    /// SHA-256 of the header.
    pub header: Digest,
    /// SHA-256 of the body, its address in the vault.
    pub body: Digest,
    /// 0 for the first delivery of the order; a later one replaces it.
    pub sequence: u32,
}

/// A statement with its seller's signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedStatement {
    /// What is stated.
    pub statement: DeliveryStatement,
    /// By the seller, over `"tacit/v1/statement" || RFC 8785(statement)`.
    pub sig: Signature,
}

impl DeliveryStatement {
    /// Signs the statement.
    pub fn sign(self, seller: &PersonaKey) -> SignedStatement {
        let bytes = canonical(&self).expect("a statement holds no large number");
        SignedStatement { sig: seller.sign("statement", &[&bytes]), statement: self }
    }
}

/// What the agreement says that a statement must repeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AgreedDelivery {
    /// The order.
    pub order: OrderId,
    /// Who sells.
    pub seller: Persona,
    /// Digest of the manifest that was agreed on.
    pub manifest: Digest,
    /// SHA-256 of the body that this manifest names.
    pub body: Digest,
}

/// Why a statement does not count.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum StatementRefused {
    /// Another version.
    #[error("the delivery statement has a version that this program does not know; update it")]
    Version,
    /// Not by this seller.
    #[error("the delivery statement is not signed by the order's seller")]
    Signature,
    /// About another order.
    #[error("the delivery statement belongs to another order")]
    Order,
    /// Not about this header.
    #[error("the header is not the one that the delivery statement names")]
    Header,
    /// Another manifest than agreed: a fault that a complaint can name.
    #[error("the seller states another manifest than was agreed on")]
    Manifest,
    /// Another body than agreed: a fault that a complaint can name.
    #[error("the seller states another body than the agreed manifest names")]
    Body,
}

impl StatementRefused {
    /// Whether the seller is at fault before the arbiter: the statement is the seller's own and is not as agreed.
    pub fn is_fault(&self) -> bool {
        matches!(self, Self::Manifest | Self::Body)
    }
}

/// Checks a statement against its order and the header that came with it. Market, desk and arbiter ask the same.
pub fn check_statement(
    signed: &SignedStatement,
    agreed: &AgreedDelivery,
    header: &[u8],
) -> Result<(), StatementRefused> {
    let statement = &signed.statement;
    if statement.v != 1 {
        return Err(StatementRefused::Version);
    }
    let bytes = canonical(statement).map_err(|_| StatementRefused::Signature)?;
    agreed.seller.verify("statement", &[&bytes], &signed.sig).map_err(|_| StatementRefused::Signature)?;
    if statement.order != agreed.order {
        return Err(StatementRefused::Order);
    }
    if statement.header != Digest::of(header) {
        return Err(StatementRefused::Header);
    }
    if statement.manifest != agreed.manifest {
        return Err(StatementRefused::Manifest);
    }
    if statement.body != agreed.body {
        return Err(StatementRefused::Body);
    }
    Ok(())
}

/// States the delivery of `body` under `header`.
pub fn state_delivery(agreed: &AgreedDelivery, header: &Header, sequence: u32) -> DeliveryStatement {
    DeliveryStatement {
        v: 1,
        order: agreed.order,
        manifest: agreed.manifest,
        header: header.sha256(),
        body: agreed.body,
        sequence,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FileKeyKept, OrderIdentity, issue_header};

    #[test]
    fn a_statement_counts_for_its_order_its_header_and_its_seller_only() {
        let seller = PersonaKey::from_seed(&[1; 32]);
        let to = OrderIdentity::from_bytes([2; 32]).recipient();
        let header = issue_header(&FileKeyKept::from_bytes([3; 16]), &to).unwrap();
        let agreed = AgreedDelivery {
            order: OrderId::from_bytes([4; 16]),
            seller: seller.persona(),
            manifest: Digest::of(b"manifest"),
            body: Digest::of(b"body"),
        };
        let signed = state_delivery(&agreed, &header, 0).sign(&seller);
        let check = |agreed: AgreedDelivery| check_statement(&signed, &agreed, header.bytes());
        assert_eq!(check(agreed), Ok(()));
        let stranger = PersonaKey::from_seed(&[9; 32]).persona();
        assert_eq!(check(AgreedDelivery { seller: stranger, ..agreed }), Err(StatementRefused::Signature));
        let order = OrderId::from_bytes([5; 16]);
        assert_eq!(check(AgreedDelivery { order, ..agreed }), Err(StatementRefused::Order));
        let other = Digest::of(b"other");
        assert_eq!(check(AgreedDelivery { manifest: other, ..agreed }), Err(StatementRefused::Manifest));
        assert_eq!(check(AgreedDelivery { body: other, ..agreed }), Err(StatementRefused::Body));
        assert_eq!(check_statement(&signed, &agreed, b"another"), Err(StatementRefused::Header));
    }
}
