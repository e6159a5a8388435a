//! A desk's letters to itself: its sealed state, kept by the market, found again from the words alone.
//!
//! Each order's persona keeps its own state in its own mailbox, the newest replacing; nothing connects two of them. State
//! outside orders ([`OwnState`]) is kept by the persona `persona/self/0`, which does nothing else, at random times and at
//! most once an hour, whether anything changed or not: when it writes says nothing about orders.
//! Restoring downloads the letters of whole buckets without a persona and tries order numbers until 100 in a row are
//! unused: the market is never asked for an order by its id.

use super::{Mailroom, without_end};
use crate::cabinet::Drawer;
use crate::order_numbers::WINDOW;
use crate::refusal::Refusal;
use rand::RngExt;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tacit_relay::{Kind, Letter, MailKey, open_letter, outside_orders, seal_letter};
use tacit_values::{OrderId, Persona, PersonaKey};
use tacit_wire::bodies::mail::{BucketName, SealedLetter};

/// How many order numbers in a row must be unused before the search ends (wire.md, Keys).
const GAP: u32 = 100;
/// So many pages of a bucket's states are followed: they gather for weeks.
const MOST_PAGES_OF_STATES: u32 = 65_536;
/// When the state outside orders is written next, in milliseconds since 1970.
const DUE: Drawer = Drawer("own-state-due");
/// The shortest time between two of its letters, and the longest that chance adds.
const HOUR: Duration = Duration::from_secs(3_600);

/// What a desk keeps of itself outside orders. The letter that carries it brings the newest checkpoint of the log, so that a
/// desk that lost everything but its words still notices a market that shows it another history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnState {
    /// Version of the form: 1.
    pub v: u8,
    /// The number of the next order: the state of older ones may be forgotten by now, and no number is used twice.
    pub next_order: u32,
}

/// One order that was found again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundOrder {
    /// Its number.
    pub number: u32,
    /// Its id.
    pub order: OrderId,
    /// Its state, as it was kept last.
    pub state: Value,
}

/// A state that is looked for: what it is about, whose it is, and the key that opens it.
struct Sought {
    order: OrderId,
    me: Persona,
    key: MailKey,
}

impl Mailroom<'_> {
    /// Keeps the state of an order at the market, sealed to ourselves. `revision` must rise with every change.
    pub async fn keep_own_state(&self, order: OrderId, revision: u64, state: Value) -> Result<(), Refusal> {
        let key = self.desk.keyring().order_persona(order);
        self.keep_state_as(&key, order, revision, None, state).await
    }

    /// Writes the state outside orders when its time has come, and draws the next time. `true` when it was written.
    pub async fn keep_state_outside_orders(&self) -> Result<bool, Refusal> {
        let now = self.desk.now();
        let chance = Duration::from_millis(self.desk.rng().random_range(0..=3_600_000));
        let due = self.desk.cabinet().get::<u64>(DUE, "").await?.map(|kept| kept.value);
        if due.is_some_and(|due| now.millis() < due) {
            return Ok(false);
        }
        // The first time is random too, or it would say when the desk was made.
        let next = if due.is_some() { now.plus(HOUR + chance) } else { now.plus(chance) };
        self.desk.cabinet().put(DUE, "", &next.millis()).await?;
        if due.is_none() {
            return Ok(false);
        }
        let key = self.desk.keyring().own_state();
        let checkpoint = self.desk.mirror().checkpoint().await?.map(|newest| newest.note().to_owned());
        let state = OwnState { v: 1, next_order: self.desk.order_numbers_used().await? };
        let state = serde_json::to_value(&state).expect("two numbers are plain data");
        self.keep_state_as(&key, outside_orders(), now.millis(), checkpoint, state).await?;
        Ok(true)
    }

    /// After restoring: what was kept outside orders last. The checkpoint that came with it is compared with the market's.
    pub async fn find_state_outside_orders(&self) -> Result<Option<OwnState>, Refusal> {
        let bits = self.desk.mirror().meet().await?.relay.bucket_bits;
        let me = self.desk.keyring().own_state().persona();
        let sought = Sought { order: outside_orders(), me, key: self.desk.keyring().mail_key(&me) };
        let found = self.newest_of(BucketName::of(&me, bits), vec![sought]).await?.pop().flatten();
        let Some(letter) = found else { return Ok(None) };
        if let Some(note) = &letter.checkpoint {
            self.desk.mirror().note_checkpoint_seen(note).await?;
        }
        // A newer form is another program's; the orders are then found by trying, as without it.
        Ok(serde_json::from_value(letter.body).ok().filter(|state: &OwnState| state.v == 1))
    }

    /// The newest state about each of these in a bucket, page by page: no more than a page is held at a time.
    async fn newest_of(
        &self,
        bucket: BucketName,
        sought: Vec<Sought>,
    ) -> Result<Vec<Option<Letter>>, Refusal> {
        let mut found: Vec<Option<Letter>> = sought.iter().map(|_| None).collect();
        let (sought, mut after) = (Arc::new(sought), None);
        for _ in 0..MOST_PAGES_OF_STATES {
            let page = self.desk.market().mirror().bucket_self(bucket, after).await?;
            for (found, newer) in found.iter_mut().zip(open_page(page.letters, sought.clone()).await) {
                if found.as_ref().map(|letter| letter.seq) < newer.as_ref().map(|letter| letter.seq) {
                    *found = newer;
                }
            }
            match page.next {
                Some(last) => after = Some(last),
                None => return Ok(found),
            }
        }
        Err(without_end())
    }

    async fn keep_state_as(
        &self,
        key: &PersonaKey,
        order: OrderId,
        seq: u64,
        checkpoint: Option<String>,
        body: Value,
    ) -> Result<(), Refusal> {
        let me = key.persona();
        let mail = self.desk.keyring().mail_key(&me).recipient();
        let kind = Kind::ToSelf;
        let letter = Letter { v: 1, from: me, to: me, kind, order, seq, reply_to: None, checkpoint, body };
        let sealed = seal_letter(letter, key, &mail).map_err(|refused| {
            let sentence = format!("the desk's state could not be sealed ({refused})");
            Refusal::new("letter", sentence, "Keep a `tacit backup`: it holds everything.")
                .in_pages("Save a backup in the settings: it holds everything.")
        })?;
        Ok(self.desk.market().acting(key)?.keep_self_letter(0, sealed.into()).await?)
    }

    /// Finds the orders of this seed again: tries every number from 0 and from the beginning of the window that `used` lies in,
    /// up to `used`, and on until 100 in a row are unused. `tell` is called with every number that was tried.
    pub async fn find_own_orders(
        &self,
        used: u32,
        tell: &(dyn Fn(u32) + Send + Sync),
    ) -> Result<Vec<FoundOrder>, Refusal> {
        let window = used - used % WINDOW;
        let mut found = self.find_from(0, if window == 0 { used } else { 0 }, tell).await?;
        if window > 0 {
            found.extend(self.find_from(window, used, tell).await?);
        }
        Ok(found)
    }

    async fn find_from(
        &self,
        first: u32,
        used: u32,
        tell: &(dyn Fn(u32) + Send + Sync),
    ) -> Result<Vec<FoundOrder>, Refusal> {
        let bits = self.desk.mirror().meet().await?.relay.bucket_bits;
        let mut found = Vec::new();
        let (mut next, mut unused) = (first, 0);
        while unused < GAP || next < used {
            let mut buckets: BTreeMap<u32, (BucketName, Vec<u32>, Vec<Sought>)> = BTreeMap::new();
            for number in next..next.saturating_add(GAP) {
                let order = self.desk.keyring().order_id(number);
                let me = self.desk.keyring().order_persona(order).persona();
                let bucket = BucketName::of(&me, bits);
                let of_bucket = buckets.entry(bucket.number()).or_insert((bucket, Vec::new(), Vec::new()));
                of_bucket.1.push(number);
                of_bucket.2.push(Sought { order, me, key: self.desk.keyring().mail_key(&me) });
            }
            let mut states = BTreeMap::new();
            for (bucket, numbers, sought) in buckets.into_values() {
                states.extend(numbers.into_iter().zip(self.newest_of(bucket, sought).await?));
            }
            for (number, state) in states {
                unused = if state.is_some() { 0 } else { unused + 1 };
                let order = self.desk.keyring().order_id(number);
                found.extend(state.map(|letter| FoundOrder { number, order, state: letter.body }));
                tell(number);
            }
            next = next.saturating_add(GAP);
        }
        Ok(found)
    }
}

/// Opens what a page holds of what is sought, on the blocking pool: the newest of each.
async fn open_page(letters: Vec<SealedLetter>, sought: Arc<Vec<Sought>>) -> Vec<Option<Letter>> {
    let tried = tokio::task::spawn_blocking(move || {
        let newest = |one: &Sought| {
            let ours = letters.iter().filter_map(|sealed| open_letter(&one.key, &sealed.0, &one.me).ok());
            let kept = ours.filter(|letter| {
                letter.kind == Kind::ToSelf && letter.from == one.me && letter.order == one.order
            });
            kept.max_by_key(|letter| letter.seq)
        };
        sought.iter().map(newest).collect()
    });
    tried.await.expect("opening letters does not panic")
}
