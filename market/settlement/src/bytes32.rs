//! The 32-byte names of the ledger: pools, tags, nullifiers, commitments and anchors. 64 lower-case hex digits in text.
//!
//! They are plain bytes, hashable and storable; whether such bytes are a field element is decided where a bundle is read.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use tacit_values::{Digest, NotADigest};

macro_rules! bytes32 {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name([u8; 32]);

        impl $name {
            /// Wraps 32 bytes.
            pub const fn from_bytes(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }

            /// The 32 bytes.
            pub const fn bytes(&self) -> &[u8; 32] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&Digest::from_bytes(self.0), f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl std::str::FromStr for $name {
            type Err = NotADigest;

            fn from_str(text: &str) -> Result<Self, NotADigest> {
                text.parse::<Digest>().map(|digest| Self(*digest.bytes()))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                Digest::from_bytes(self.0).serialize(to)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                Digest::deserialize(from).map(|digest| Self(*digest.bytes()))
            }
        }
    };
}

bytes32!(
    /// The name of one pool: one currency, one generation, one market (wire.md, Keys).
    PoolId
);
bytes32!(
    /// What a bundle says about its purpose: for everybody but the parties, 32 random bytes.
    TermsTag
);
bytes32!(
    /// What a spent note leaves on the ledger, so that it is spent once.
    Nullifier
);
bytes32!(
    /// A note as it stands in the tree: hides payee and amount.
    Commitment
);
bytes32!(
    /// A root of the commitment tree at the end of an epoch.
    Anchor
);
