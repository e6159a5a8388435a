//! The relay's mailboxes: sealed letters, fetched by mailbox or by bucket (wire.md "Letters", traffic.md rule 3).

use super::{Put, StoreFault};
use async_trait::async_trait;
use tacit_relay::Crowd;
use tacit_values::{Digest, Persona, Timestamp};

/// The most letters that wait in one mailbox.
pub const MAILBOX_LIMIT: u64 = 1_000;

/// The mailboxes whose persona's digest begins with the same bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Bucket {
    bits: u8,
    prefix: u32,
}

impl Bucket {
    /// The most bits a bucket may have.
    pub const MAX_BITS: u8 = 32;

    /// The bucket of `bits` bits in which a persona's mailbox lies; more than 32 bits count as 32.
    pub fn of(persona: &Persona, bits: u8) -> Self {
        let spot = spot(persona);
        let bits = bits.min(Self::MAX_BITS);
        Self { bits, prefix: if bits == 0 { 0 } else { spot >> (32 - bits) } }
    }

    /// The bucket with this number among the `2^bits`; `None` when there is none.
    pub fn numbered(bits: u8, number: u32) -> Option<Self> {
        let fits = bits <= Self::MAX_BITS && u64::from(number) < 1 << bits;
        fits.then_some(Self { bits, prefix: number })
    }

    /// Its number among the `2^bits`.
    pub fn number(self) -> u32 {
        self.prefix
    }

    /// How many bits it has.
    pub fn bits(self) -> u8 {
        self.bits
    }

    /// The first and the last [`spot`] in it.
    pub fn spots(self) -> (u32, u32) {
        let width = 32 - u32::from(self.bits);
        let first = u64::from(self.prefix) << width;
        let last = first + (1u64 << width) - 1;
        (u32::try_from(first).expect("below 2^32"), u32::try_from(last).expect("below 2^32"))
    }
}

/// The first 32 bits of SHA-256 of the persona's did:key: where its mailbox lies among the buckets.
pub fn spot(persona: &Persona) -> u32 {
    let digest = persona.bucket_digest();
    let first = digest.bytes().first_chunk::<4>().expect("a digest has 32 bytes");
    u32::from_be_bytes(*first)
}

/// A letter that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Names it within the store and grows with every delivery: the cursor and the handle for acknowledging.
    pub number: u64,
    /// The sealed bytes.
    pub bytes: Vec<u8>,
}

/// Which letters of a bucket come next: those behind a digest, so many at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// SHA-256 of the last letter before; `None` begins.
    pub after: Option<Digest>,
    /// The most letters.
    pub most: u32,
}

/// Why a letter was not taken.
#[derive(Debug, thiserror::Error)]
pub enum LetterRefused {
    /// [`MAILBOX_LIMIT`] letters wait.
    #[error("this mailbox is full; try again after its owner has collected the mail")]
    Full,
    /// The store's fault.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

/// Mail by mailbox and by bucket. Every listing of a bucket comes in the order of the letters' digests, which says nothing
/// of arrival or recipient; the caller shuffles as well.
#[async_trait]
pub trait Mail: Send {
    /// Puts a letter into a mailbox, idempotent by (mailbox, SHA-256 of the bytes) for as long as it waits. `now` says in
    /// which tick and hour it arrived (`tick` counts the market's ticks, the caller knows their length).
    async fn deliver(
        &mut self,
        to: &Persona,
        bytes: &[u8],
        tick: u64,
        now: Timestamp,
    ) -> Result<Put, LetterRefused>;

    /// Letters of one mailbox with a number above `after`, oldest first, at most `limit`.
    async fn waiting(&mut self, mailbox: &Persona, after: u64, limit: u32)
    -> Result<Vec<Letter>, StoreFault>;

    /// Removes those of the numbered letters that lie in this mailbox; returns how many. Repeating is harmless.
    async fn acknowledge(&mut self, mailbox: &Persona, numbers: &[u64]) -> Result<u64, StoreFault>;

    /// A page of the letters of a bucket that arrived in one tick and still wait. The same bytes in two mailboxes may come
    /// once.
    async fn tick(&mut self, bucket: Bucket, tick: u64, page: Page) -> Result<Vec<Vec<u8>>, StoreFault>;

    /// A page of the letters of a bucket that arrived in one hour (hours since 1970) and still wait.
    async fn hour(&mut self, bucket: Bucket, hour: u64, page: Page) -> Result<Vec<Vec<u8>>, StoreFault>;

    /// How many letters of a bucket arrived in one hour and still wait.
    async fn waiting_of_hour(&mut self, bucket: Bucket, hour: u64) -> Result<u64, StoreFault>;

    /// Notes that a persona is alive today (the day is all that is kept); its own sealed state counts as kept today.
    async fn seen(&mut self, persona: &Persona, now: Timestamp) -> Result<(), StoreFault>;

    /// The personas seen on the day of `since` or later, counted by where they lie among the buckets: what decides the bits
    /// of a bucket.
    async fn live(&mut self, since: Timestamp) -> Result<Crowd, StoreFault>;
}

/// A desk's own sealed state, the newest per (persona, slot).
#[async_trait]
pub trait SelfLetters: Send {
    /// Keeps the letter in place of the one in the same slot, and notes the day.
    async fn keep(
        &mut self,
        persona: &Persona,
        slot: u32,
        bytes: &[u8],
        now: Timestamp,
    ) -> Result<(), StoreFault>;

    /// Whether a letter lies in this slot.
    async fn keeps(&mut self, persona: &Persona, slot: u32) -> Result<bool, StoreFault>;

    /// Whether the persona is the buyer of no order that stands whole.
    async fn is_alone(&mut self, persona: &Persona) -> Result<bool, StoreFault>;

    /// How many slots of a bucket were first written on this day (days since 1970) by personas that are the buyer of no order.
    async fn of_day(&mut self, bucket: Bucket, day: u64) -> Result<u64, StoreFault>;

    /// Says until when the persona's letters are kept, once its order closed. Before that they are kept without end.
    async fn keep_until(&mut self, persona: &Persona, until: Timestamp) -> Result<(), StoreFault>;

    /// A page of the letters of a bucket, in the order of their digests.
    async fn bucket(&mut self, bucket: Bucket, page: Page) -> Result<Vec<Vec<u8>>, StoreFault>;
}

#[cfg(test)]
mod tests {
    use super::*;
    use tacit_values::PersonaKey;

    #[test]
    fn a_persona_lies_in_the_bucket_that_its_first_bits_name() {
        let persona = PersonaKey::from_seed(&[7; 32]).persona();
        for bits in 0..=Bucket::MAX_BITS {
            let bucket = Bucket::of(&persona, bits);
            let (first, last) = bucket.spots();
            assert!((first..=last).contains(&spot(&persona)), "{bits}");
            assert_eq!(Bucket::numbered(bits, bucket.number()), Some(bucket));
        }
        assert_eq!(Bucket::numbered(3, 8), None);
        assert_eq!(Bucket::numbered(0, 0).map(Bucket::spots), Some((0, u32::MAX)));
    }
}
