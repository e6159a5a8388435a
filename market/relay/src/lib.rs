//! Sealed letters between personas: what the market's relay carries and cannot read.
//!
//! Three ideas, one file each: a [`Letter`] is signed inside; a sealed letter is an age file of one of three exact sizes
//! ([`seal_letter`], [`open_letter`]); mailboxes are fetched in buckets and ticks, so that nobody is seen to ask for one
//! ([`bucket_of`], [`tick_at`]). A [`LetterBox`] drops what it has seen. Specification: docs/spec/wire.md (Letters),
//! docs/spec/traffic.md (rule 3).

mod bucket;
mod crowd;
mod letter;
mod letter_box;
mod mail_key;
mod seal;

pub use bucket::{Bits, Bucket, Tick, bucket_of, hour_of, tick_at};
pub use crowd::{Crowd, LEAST_IN_BUCKET};
pub use letter::{Kind, Letter, LetterRefused, SignedLetter, outside_orders};
pub use letter_box::{LetterBox, Received};
pub use mail_key::{MailKey, MailRecipient, NotARecipient};
pub use seal::{LETTER_SIZES, LetterSealed, NotSealed, open_letter, seal_letter};
