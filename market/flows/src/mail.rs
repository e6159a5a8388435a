//! The relay: sealed letters between personas, by mailbox and by bucket (wire.md "Letters", traffic.md rule 3).
//!
//! The market sees to whom a letter goes, how long it is and when it came. It never sees from whom, or what is in it.
//! A bucket is the same letters for everybody who asks, in an order drawn anew for each answer, recipients not named; see
//! [`buckets`].

pub(crate) mod buckets;

use crate::market::Market;
use crate::refusal::{Nature, Refusal, STORE_DOWN, Told};
use std::time::Duration;
use tacit_ports::market::{Bucket, Letter, LetterRefused, Put, StoreFault};
use tacit_relay::{LETTER_SIZES, hour_of, tick_at};
use tacit_values::{Persona, Timestamp};

/// The longest that a mailbox is watched for the next letter.
pub const LONGEST_WATCH: Duration = Duration::from_secs(60);
/// The most letters in one answer of a mailbox.
pub const LETTERS_AT_ONCE: u32 = 64;
/// The most letters that one acknowledgement names.
pub const ACKNOWLEDGED_AT_ONCE: usize = 1_000;
/// How many slots a persona has for its own sealed state.
pub const SELF_SLOTS: u32 = 4;

/// Personas that were alive this recently decide how fine the buckets are.
pub(crate) const LIVE_SINCE: Duration = Duration::from_secs(7 * 86_400);
const HOUR_MILLIS: u64 = 3_600_000;

/// Why a letter was not taken.
#[derive(Debug, thiserror::Error)]
pub enum LetterNotTaken {
    /// Not one of the three lengths, or no age file.
    #[error("a letter is a sealed age file of exactly 4,096, 16,384 or 65,536 bytes")]
    NotALetter,
    /// The mailbox is full.
    #[error("this mailbox is full until its owner collects the mail")]
    Full {
        /// When to try again.
        retry_after: Duration,
    },
    /// The recipient's bucket took its fill for now.
    #[error("the relay holds as many letters of this hour or day as it takes for this part of the personas")]
    Crowded {
        /// When to try again.
        retry_after: Duration,
    },
    /// A slot that does not exist.
    #[error("a persona keeps its own state in slots 0 to 3")]
    NoSuchSlot,
    /// The store's fault.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

impl Refusal for LetterNotTaken {
    fn told(&self) -> Told {
        match self {
            Self::NotALetter => Told::with(
                Nature::Invalid,
                "refused",
                "seal and pad the letter again with this version's desk",
            ),
            Self::Full { retry_after } => Told::with(
                Nature::TooMany { retry_after: *retry_after },
                "mailbox-full",
                "keep the letter and send it again later",
            ),
            Self::Crowded { retry_after } => Told::with(
                Nature::TooMany { retry_after: *retry_after },
                "bucket-full",
                "keep the letter and send it again when the time stated is over",
            ),
            Self::NoSuchSlot => Told::new(Nature::Invalid, "refused"),
            Self::Store(_) => STORE_DOWN,
        }
    }
}

/// Why mail was not handed out.
#[derive(Debug, thiserror::Error)]
pub enum MailNotRead {
    /// A bucket narrower than the market's would single out its personas.
    #[error("this market's buckets have {bits} bits; a narrower one would single you out")]
    TooNarrow {
        /// What the market states now.
        bits: u8,
    },
    /// The tick or hour is not over.
    #[error("that time is not over yet; its letters are handed out all at once when it is")]
    NotOver {
        /// When it is.
        retry_after: Duration,
    },
    /// Too many letters named at once.
    #[error("at most {ACKNOWLEDGED_AT_ONCE} letters are acknowledged at once")]
    TooMany,
    /// The store's fault.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

impl Refusal for MailNotRead {
    fn told(&self) -> Told {
        match self {
            Self::TooNarrow { .. } => Told::with(
                Nature::Invalid,
                "refused",
                "read `bucket_bits` of the market document and ask with those",
            ),
            Self::NotOver { retry_after } => Told::with(
                Nature::NotYet { retry_after: *retry_after },
                "not-yet",
                "ask again when the tick or hour has ended",
            ),
            Self::TooMany => Told::new(Nature::Invalid, "refused"),
            Self::Store(_) => STORE_DOWN,
        }
    }
}

impl Market {
    /// Puts a sealed letter into a mailbox. The same bytes again are taken once. Anybody may send.
    pub async fn deliver_letter(&self, to: Persona, letter: &[u8]) -> Result<Put, LetterNotTaken> {
        check_letter(letter)?;
        // A task of its own: a sender that hangs up does not end it between its tick and its row.
        let (market, letter) = (self.clone(), letter.to_vec());
        let taken = tokio::spawn(async move { market.take_letter(to, &letter).await });
        taken.await.expect("taking a letter does not panic")
    }

    async fn take_letter(&self, to: Persona, letter: &[u8]) -> Result<Put, LetterNotTaken> {
        let now = self.now();
        let place = self.0.ticks.take(self.tick_at(now));
        let now = now.max(self.tick_start(place.tick()));
        let mut tx = self.store().begin().await?;
        let put = match tx.mail().deliver(&to, letter, place.tick(), now).await {
            Ok(put) => put,
            Err(LetterRefused::Full) => {
                return Err(LetterNotTaken::Full { retry_after: Duration::from_secs(300) });
            }
            Err(LetterRefused::Store(fault)) => return Err(fault.into()),
        };
        if put == Put::Recorded {
            // What a desk fetches of an hour is bounded here: it cannot choose to fetch less without being seen.
            let bucket = Bucket::of(&to, self.bucket_bits_now());
            let waiting = tx.mail().waiting_of_hour(bucket, hour_of(now)).await?;
            if waiting > self.settings().limits.bucket_hour_letters {
                return Err(LetterNotTaken::Crowded { retry_after: end_of_hour(hour_of(now)).since(now) });
            }
        }
        tx.commit().await?;
        drop(place);
        self.bells().ring(&to);
        tracing::debug!(bytes = letter.len(), "letter taken");
        Ok(put)
    }

    /// Letters of one's own mailbox after a cursor, oldest first. With none there, waits for the first one, at most `wait`
    /// (and never longer than [`LONGEST_WATCH`]). The door has checked that `owner` signed the request.
    pub async fn mailbox(
        &self,
        owner: Persona,
        after: u64,
        wait: Duration,
    ) -> Result<Vec<Letter>, MailNotRead> {
        self.note_alive(&owner).await?;
        let deadline = tokio::time::sleep(wait.min(LONGEST_WATCH));
        tokio::pin!(deadline);
        loop {
            // Listening begins before reading, so that a letter between the two still rings.
            let bell = self.bells().of(&owner);
            let rung = bell.notified();
            tokio::pin!(rung);
            rung.as_mut().enable();
            let letters = self.store().read().await?.mail().waiting(&owner, after, LETTERS_AT_ONCE).await?;
            if !letters.is_empty() || wait.is_zero() {
                return Ok(letters);
            }
            tokio::select! {
                () = rung => {}
                () = &mut deadline => return Ok(letters),
            }
        }
    }

    /// Removes letters from one's own mailbox; returns how many were still there. The door has checked the signature.
    pub async fn acknowledge(&self, owner: Persona, letters: &[u64]) -> Result<u64, MailNotRead> {
        if letters.len() > ACKNOWLEDGED_AT_ONCE {
            return Err(MailNotRead::TooMany);
        }
        let mut tx = self.store().begin().await?;
        let removed = tx.mail().acknowledge(&owner, letters).await?;
        tx.commit().await?;
        Ok(removed)
    }

    /// Keeps a desk's own sealed state in place of the one in the same slot. The door has checked that `owner` signed.
    pub async fn keep_self_letter(
        &self,
        owner: Persona,
        slot: u32,
        letter: &[u8],
    ) -> Result<(), LetterNotTaken> {
        check_letter(letter)?;
        if slot >= SELF_SLOTS {
            return Err(LetterNotTaken::NoSuchSlot);
        }
        let now = self.now();
        let mut tx = self.store().begin().await?;
        tx.mail().seen(&owner, now).await?;
        let replaces = tx.self_letters().keeps(&owner, slot).await?;
        tx.self_letters().keep(&owner, slot, letter, now).await?;
        // A buyer pays only when the copy of the order lies here: nobody's flood may keep it out.
        if !replaces && tx.self_letters().is_alone(&owner).await? {
            let bucket = Bucket::of(&owner, self.bucket_bits_now());
            let of_today = tx.self_letters().of_day(bucket, now.day()).await?;
            if of_today > self.settings().limits.bucket_day_states {
                let tomorrow = Timestamp::from_secs((now.day() + 1) * 86_400);
                return Err(LetterNotTaken::Crowded { retry_after: tomorrow.since(now) });
            }
        }
        tx.commit().await?;
        Ok(())
    }

    /// How many bits name a bucket now, so that each holds enough live personas.
    pub fn bucket_bits(&self) -> u8 {
        self.bucket_bits_now()
    }

    /// The tick of the relay that a moment lies in.
    pub fn tick_at(&self, moment: Timestamp) -> u64 {
        tick_at(moment, self.settings().tick_length).0
    }

    pub(crate) fn tick_start(&self, tick: u64) -> Timestamp {
        Timestamp::from_millis(tick.saturating_mul(tick_millis(self.settings().tick_length)))
    }

    /// Counts live personas and settles how fine the buckets are: at start and once an hour.
    pub(crate) async fn measure_buckets(&self, now: Timestamp) -> Result<u8, StoreFault> {
        let live = self.store().read().await?.mail().live(now.minus(LIVE_SINCE)).await?;
        let bits = live.bits().count();
        self.set_bucket_bits(bits);
        Ok(bits)
    }

    /// Notes once a day that a persona is alive; the day is all that is kept.
    pub(crate) async fn note_alive(&self, persona: &Persona) -> Result<(), StoreFault> {
        if !self.first_sight_today(persona) {
            return Ok(());
        }
        let mut tx = self.store().begin().await?;
        tx.mail().seen(persona, self.now()).await?;
        tx.commit().await
    }
}

/// The market cannot open a letter; it can see that one is sealed and padded.
fn check_letter(bytes: &[u8]) -> Result<(), LetterNotTaken> {
    let sealed = LETTER_SIZES.contains(&bytes.len()) && bytes.starts_with(b"age-encryption.org/v1\n");
    if sealed { Ok(()) } else { Err(LetterNotTaken::NotALetter) }
}

/// When an hour since 1970 is over.
fn end_of_hour(hour: u64) -> Timestamp {
    Timestamp::from_millis(hour.saturating_add(1).saturating_mul(HOUR_MILLIS))
}

fn tick_millis(length: Duration) -> u64 {
    u64::try_from(length.as_millis()).unwrap_or(u64::MAX).max(1)
}
