//! The mailroom: letters come in for every persona of this desk, and go out one by one.
//!
//! Order personas are fetched in buckets, all in one unsigned round per tick, so that the market never sees which mailbox
//! a desk reads (traffic.md rule 3); the seller's stable persona may long-poll its own ([`Mailroom::collect`]). What came
//! in is stored before anything else happens to it, each letter once, and handed out by order. Outgoing letters are in
//! [`outgoing`], a desk's letters to itself in [`own_state`].

pub mod outgoing;
pub mod own_state;

use crate::cabinet::Drawer;
use crate::folder::Turn;
use crate::open::OpenDesk;
use crate::refusal::Refusal;
use rand::RngExt;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tacit_relay::{Letter, LetterBox, MailKey, Received, hour_of, open_letter, tick_at};
use tacit_values::{Digest, OrderId, Persona, PersonaKey, Timestamp};
use tacit_wire::bodies::mail::{BucketName, SealedLetter};
use tacit_wire::bodies::market::RelayView;

const PERSONAS: Drawer = Drawer("mail-personas");
const LETTERS: Drawer = Drawer("letters");
const CURSOR: Drawer = Drawer("mail-cursor");
/// Letters are kept for 14 days; nothing older is worth asking for.
const LONGEST_BACK_MS: u64 = 14 * 86_400_000;
const HOUR_MS: u64 = 3_600_000;
/// So many single ticks are fetched before a whole hour is.
const TICKS_BEFORE_AN_HOUR: u64 = 20;
/// So many pages of one bucket are followed: several times what a market's relay takes in an hour.
const MOST_PAGES: u32 = 4_096;

/// The letters of one desk. Cheap to make; all state is in the desk's store.
#[derive(Debug, Clone, Copy)]
pub struct Mailroom<'a> {
    desk: &'a OpenDesk,
}

/// A letter that came in and was opened: signature and addressee are checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncomingLetter {
    /// What it says.
    pub letter: Letter,
    /// Whether somebody has acted on it.
    pub handled: bool,
}

/// What one fetch asks a bucket for.
#[derive(Debug, Clone, Copy)]
enum Span {
    Tick(u64),
    Hour(u64),
}

#[derive(Serialize, Deserialize)]
struct Watched {
    order: OrderId,
}

impl OpenDesk {
    /// The mailroom.
    pub fn mailroom(&self) -> Mailroom<'_> {
        Mailroom { desk: self }
    }
}

impl Mailroom<'_> {
    /// Reads mail for the persona of an order from now on.
    pub async fn watch(&self, order: OrderId) -> Result<(), Refusal> {
        let persona = self.desk.keyring().order_persona(order).persona();
        let _turn = self.desk.folder().turn(Turn::Mail).await?;
        if self.mailboxes().await?.is_empty() {
            // Nobody read mail here until now, so there is nothing to catch up with.
            self.remember(self.desk.now().millis()).await?;
        }
        Ok(self.desk.cabinet().put(PERSONAS, &persona.to_string(), &Watched { order }).await?)
    }

    /// Reads mail for the persona of an order that was begun then, on a machine that is lost: what came in since is fetched
    /// too.
    pub async fn watch_since(&self, order: OrderId, since: Timestamp) -> Result<(), Refusal> {
        self.watch(order).await?;
        let _turn = self.desk.folder().turn(Turn::Mail).await?;
        let read_up_to = self.desk.cabinet().get::<u64>(CURSOR, "").await?.map(|kept| kept.value);
        self.remember(read_up_to.unwrap_or(u64::MAX).min(since.millis())).await
    }

    /// The order is over: its mailbox is not read any more.
    pub async fn unwatch(&self, order: OrderId) -> Result<(), Refusal> {
        let persona = self.desk.keyring().order_persona(order).persona();
        Ok(self.desk.cabinet().remove(PERSONAS, &persona.to_string()).await?)
    }

    /// Fetches what came in since the last time, for all watched personas in one unsigned round: whole hours when the
    /// desk was away, then tick by tick. Says how many letters were new.
    pub async fn fetch(&self) -> Result<usize, Refusal> {
        let _turn = self.desk.folder().turn(Turn::Mail).await?;
        let relay = self.relay().await?;
        let tick_length = Duration::from_millis(relay.tick_length_ms.max(1));
        let now = self.desk.now();
        let open_tick = tick_at(now, tick_length).0;
        let mailboxes = self.mailboxes().await?;
        let first = self.desk.cabinet().get::<u64>(CURSOR, "").await?.map_or(now.millis(), |kept| kept.value);
        let mut from = first.max(now.millis().saturating_sub(LONGEST_BACK_MS));
        let names: BTreeMap<u32, BucketName> = mailboxes
            .iter()
            .map(|(persona, _)| BucketName::of(persona, relay.bucket_bits))
            .map(|bucket| (bucket.number(), bucket))
            .collect();
        if names.is_empty() {
            self.remember(now.millis()).await?;
            return Ok(0);
        }
        let length = relay.tick_length_ms.max(1);
        let mut new = 0;
        loop {
            let hour = from / HOUR_MS;
            let ticks_left = ((hour + 1) * HOUR_MS - from) / length;
            if hour < hour_of(now) && ticks_left > TICKS_BEFORE_AN_HOUR {
                for bucket in names.values() {
                    match self.take_all(*bucket, Span::Hour(hour), &mailboxes).await {
                        Ok(taken) => new += taken,
                        Err(refusal) => return self.later(refusal, new).await,
                    }
                }
                from = (hour + 1) * HOUR_MS;
            } else if from / length < open_tick {
                let tick = from / length;
                for bucket in names.values() {
                    match self.take_all(*bucket, Span::Tick(tick), &mailboxes).await {
                        Ok(taken) => new += taken,
                        Err(refusal) => return self.later(refusal, new).await,
                    }
                }
                from = (tick + 1) * length;
            } else {
                return Ok(new);
            }
            self.remember(from).await?;
        }
    }

    /// What a refused fetch means: often only that the rest comes the next time.
    async fn later(&self, refusal: Refusal, new: usize) -> Result<usize, Refusal> {
        match refusal.code.as_ref() {
            // Our clock is ahead of the market's, or a letter is still being written.
            "not-yet" => Ok(new),
            // Buckets have become wider: ask with the new bits the next time.
            "refused" => {
                self.desk.mirror().meet().await?;
                Ok(new)
            }
            _ => Err(refusal),
        }
    }

    /// Has the next [`Self::fetch`] read the mail again from this moment on: a letter that was damaged on its way looks like
    /// one for somebody else. What is known already is dropped.
    pub async fn read_again_from(&self, since: Timestamp) -> Result<(), Refusal> {
        let _turn = self.desk.folder().turn(Turn::Mail).await?;
        let cursor = self.desk.cabinet().get::<u64>(CURSOR, "").await?.map_or(u64::MAX, |kept| kept.value);
        self.remember(cursor.min(since.millis())).await
    }

    /// Fetches the mailbox of a stable persona (seller) by its own name, waiting up to `wait` for a letter. What came is
    /// stored and then acknowledged; what does not open is acknowledged too. Says how many letters were new.
    pub async fn collect(&self, key: &PersonaKey, wait: Duration) -> Result<usize, Refusal> {
        let acting = self.desk.market().acting(key)?;
        let waiting = acting.mailbox(0, wait).await?.letters;
        if waiting.is_empty() {
            return Ok(0);
        }
        let numbers: Vec<u64> = waiting.iter().map(|letter| letter.number).collect();
        let letters = waiting.into_iter().map(|letter| SealedLetter(letter.letter)).collect();
        let persona = key.persona();
        let mailbox = vec![(persona, self.desk.keyring().mail_key(&persona))];
        let new = {
            let _turn = self.desk.folder().turn(Turn::Mail).await?;
            self.take(letters, &mailbox).await?
        };
        acting.acknowledge(&numbers).await?;
        Ok(new)
    }

    /// How long to wait until the next tick is over, with jitter, so that a desk's fetches are not its fingerprint.
    pub async fn until_next_fetch(&self) -> Result<Duration, Refusal> {
        let length = self.relay().await?.tick_length_ms.max(1);
        let left = length - self.desk.now().millis() % length;
        let jitter = self.desk.rng().random_range(0..=length / 3);
        Ok(Duration::from_millis(left + jitter))
    }

    /// Letters about an order that nobody has acted on yet, in the order of their senders' counting.
    pub async fn waiting(&self, order: &OrderId) -> Result<Vec<Letter>, Refusal> {
        Ok(self.all_waiting().await?.remove(order).unwrap_or_default())
    }

    /// All letters that nobody has acted on yet, by order.
    pub async fn all_waiting(&self) -> Result<BTreeMap<OrderId, Vec<Letter>>, Refusal> {
        let mut by_order: BTreeMap<OrderId, Vec<Letter>> = BTreeMap::new();
        for kept in self.desk.cabinet().list::<IncomingLetter>(LETTERS).await? {
            if !kept.value.handled {
                by_order.entry(kept.value.letter.order).or_default().push(kept.value.letter);
            }
        }
        by_order.values_mut().for_each(|letters| letters.sort_by_key(|letter| letter.seq));
        Ok(by_order)
    }

    /// Notes that a letter was acted on. Write your own record first: a crash in between hands the letter out again.
    pub async fn handled(&self, letter: &Letter) -> Result<(), Refusal> {
        let done = IncomingLetter { letter: letter.clone(), handled: true };
        Ok(self.desk.cabinet().put(LETTERS, &place(letter), &done).await?)
    }

    /// Forgets the letters of an order that is over and whose receipt is kept.
    pub async fn forget(&self, order: &OrderId) -> Result<(), Refusal> {
        let mut change = self.desk.cabinet().change();
        for kept in self.desk.cabinet().list::<IncomingLetter>(LETTERS).await? {
            if kept.value.letter.order == *order {
                change.remove(LETTERS, &kept.name);
            }
        }
        let _unguarded = self.desk.cabinet().write(change).await?;
        Ok(())
    }

    /// Takes all letters of a bucket of one tick or hour, page by page.
    async fn take_all(
        &self,
        bucket: BucketName,
        span: Span,
        mailboxes: &[(Persona, MailKey)],
    ) -> Result<usize, Refusal> {
        let mirror = self.desk.market().mirror();
        let (mut new, mut after) = (0, None);
        for _ in 0..MOST_PAGES {
            let page = match span {
                Span::Tick(tick) => mirror.bucket_tick(bucket, tick, after).await,
                Span::Hour(hour) => mirror.bucket_hour(bucket, hour, after).await,
            };
            let page = page.map_err(Refusal::from)?;
            new += self.take(page.letters, mailboxes).await?;
            match page.next {
                Some(last) => after = Some(last),
                None => return Ok(new),
            }
        }
        Err(without_end())
    }

    /// Opens what belongs to us, compares the checkpoints that new letters carry, and stores the letters.
    async fn take(
        &self,
        letters: Vec<SealedLetter>,
        mailboxes: &[(Persona, MailKey)],
    ) -> Result<usize, Refusal> {
        let opened = open_all(letters, mailboxes.to_vec()).await;
        let mut letter_box = LetterBox::default();
        for kept in self.desk.cabinet().list::<IncomingLetter>(LETTERS).await? {
            letter_box.receive(&kept.value.letter);
        }
        let mut new = Vec::new();
        let mut change = self.desk.cabinet().change();
        for letter in opened {
            // A sender that contradicts itself is heard the first time; letters to ourselves are fetched elsewhere.
            if letter.from != letter.to && letter_box.receive(&letter) == Received::New {
                // This desk takes no part in escrows yet: such a letter is checked, kept and put aside, nothing answers
                // it, and the order stays as it is until its own deadline.
                let handled = letter.kind.is_of_escrow();
                change.put(LETTERS, &place(&letter), &IncomingLetter { letter: letter.clone(), handled });
                new.push(letter);
            }
        }
        if new.is_empty() {
            return Ok(0);
        }
        // Compared before the letters are stored: a comparison that was cut off comes again with the letters.
        let notes: BTreeSet<&str> = new.iter().filter_map(|letter| letter.checkpoint.as_deref()).collect();
        for note in notes {
            self.desk.mirror().note_checkpoint_seen(note).await?;
        }
        let _unguarded = self.desk.cabinet().write(change).await?;
        Ok(new.len())
    }

    async fn remember(&self, from: u64) -> Result<(), Refusal> {
        Ok(self.desk.cabinet().put(CURSOR, "", &from).await?)
    }

    async fn mailboxes(&self) -> Result<Vec<(Persona, MailKey)>, Refusal> {
        let watched = self.desk.cabinet().list::<Watched>(PERSONAS).await?;
        let keyring = self.desk.keyring();
        let personas = watched.iter().map(|kept| keyring.order_persona(kept.value.order).persona());
        Ok(personas.map(|persona| (persona, keyring.mail_key(&persona))).collect())
    }

    /// How long a tick of the market's relay is.
    pub(crate) async fn tick_length(&self) -> Result<Duration, Refusal> {
        Ok(Duration::from_millis(self.relay().await?.tick_length_ms.max(1)))
    }

    async fn relay(&self) -> Result<RelayView, Refusal> {
        Ok(match self.desk.mirror().market().await? {
            Some(view) => view.relay,
            None => self.desk.mirror().meet().await?.relay,
        })
    }
}

/// A relay that never comes to an end of one hour's letters.
fn without_end() -> Refusal {
    let sentence = "the market's relay sends more letters of one time than it may take";
    Refusal::new("not-a-market", sentence, "Ask the market's operator; your letters stay where they are.")
}

/// Tries every key on every letter, on the blocking pool.
async fn open_all(letters: Vec<SealedLetter>, mailboxes: Vec<(Persona, MailKey)>) -> Vec<Letter> {
    let tried = tokio::task::spawn_blocking(move || {
        let open = |sealed: &SealedLetter| {
            mailboxes.iter().find_map(|(persona, key)| open_letter(key, &sealed.0, persona).ok())
        };
        letters.iter().filter_map(open).collect()
    });
    tried.await.expect("opening letters does not panic")
}

/// The name of a letter: what makes it one letter.
fn place(letter: &Letter) -> String {
    let from = Digest::of(&letter.from.bytes());
    format!("{}/{}/{:020}", letter.order, &from.to_string()[..32], letter.seq)
}
