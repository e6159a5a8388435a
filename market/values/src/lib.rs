//! The words that every room shares: identifiers, money, digests, times, epochs, personas and canonical bytes.
//!
//! Nothing here knows what a listing or a note is, nothing does I/O, reads a clock or draws chance: time and randomness
//! come in as arguments. The canonical forms are those of `docs/spec/wire.md`.

pub mod base64url;
mod canonical;
mod digest;
mod epoch;
mod id;
mod money;
mod origin;
mod persona;
mod time;

pub use canonical::{MAX_SAFE_INTEGER, NotCanonical, canonical, canonical_value};
pub use digest::{Digest, NotADigest, TaggedHasher};
pub use epoch::{EXPIRY_STEP, Epoch};
pub use id::{ListingId, NotAnId, OrderId, ReceiptId, UploadId};
pub use money::{Currency, Money, MoneyRefused};
pub use origin::{NotAnOrigin, Origin};
pub use persona::{BadSignature, NotAPersona, Persona, PersonaKey, Signature};
pub use time::{NotATime, Timestamp};

pub use rand_core;
