//! A desk's letters to itself: its sealed state, kept by the market, found again from the words alone.
//!
//! Each order's persona keeps its own state in its own mailbox, the newest replacing; nothing connects two of them. State
//! outside orders ([`OwnState`]) is kept by the persona `persona/self/0`, which does nothing else, at random times and at
//! most once an hour, whether anything changed or not: when it writes says nothing about orders.
//! Restoring downloads the letters of whole buckets without a persona and tries order numbers until 100 in a row are
//! unused: the market is never asked for an order by its id.

use super::{MOST_PAGES, Mailroom, without_end};
use crate::cabinet::Drawer;
use crate::refusal::Refusal;
use rand::RngExt;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::time::Duration;
use tacit_relay::{Kind, Letter, MailKey, open_letter, outside_orders, seal_letter};
use tacit_values::{OrderId, Persona, PersonaKey};
use tacit_wire::bodies::mail::{BucketName, SealedLetter};

/// How many order numbers in a row must be unused before the search ends (wire.md, Keys).
const GAP: u32 = 100;
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
        let letters = self.states_of(BucketName::of(&me, bits)).await?;
        let found = newest(letters, self.desk.keyring().mail_key(&me), me, outside_orders()).await;
        let Some(letter) = found else { return Ok(None) };
        if let Some(note) = &letter.checkpoint {
            self.desk.mirror().note_checkpoint_seen(note).await?;
        }
        // A newer form is another program's; the orders are then found by trying, as without it.
        Ok(serde_json::from_value(letter.body).ok().filter(|state: &OwnState| state.v == 1))
    }

    /// The sealed states of a bucket's desks, all pages of them.
    async fn states_of(&self, bucket: BucketName) -> Result<Vec<SealedLetter>, Refusal> {
        let (mut letters, mut after) = (Vec::new(), None);
        for _ in 0..MOST_PAGES {
            let page = self.desk.market().mirror().bucket_self(bucket, after).await?;
            letters.extend(page.letters);
            match page.next {
                Some(last) => after = Some(last),
                None => return Ok(letters),
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
        })?;
        Ok(self.desk.market().acting(key)?.keep_self_letter(0, sealed.into()).await?)
    }

    /// Finds the orders of this seed again: tries every number below `used`, and on until 100 in a row are unused. `tell` is
    /// called with every number that was tried.
    pub async fn find_own_orders(
        &self,
        used: u32,
        tell: &(dyn Fn(u32) + Send + Sync),
    ) -> Result<Vec<FoundOrder>, Refusal> {
        let bits = self.desk.mirror().meet().await?.relay.bucket_bits;
        let mut buckets: BTreeMap<u32, Vec<SealedLetter>> = BTreeMap::new();
        let mut found = Vec::new();
        let (mut number, mut unused) = (0_u32, 0);
        while unused < GAP || number < used {
            let order = self.desk.keyring().order_id(number);
            let me = self.desk.keyring().order_persona(order).persona();
            let bucket = BucketName::of(&me, bits);
            let letters = match buckets.entry(bucket.number()) {
                Entry::Occupied(fetched) => fetched.get().clone(),
                Entry::Vacant(new) => new.insert(self.states_of(bucket).await?).clone(),
            };
            match newest(letters, self.desk.keyring().mail_key(&me), me, order).await {
                Some(letter) => {
                    found.push(FoundOrder { number, order, state: letter.body });
                    unused = 0;
                }
                None => unused += 1,
            }
            tell(number);
            number += 1;
        }
        Ok(found)
    }
}

/// The newest state about this among the letters that open with this key.
async fn newest(letters: Vec<SealedLetter>, key: MailKey, me: Persona, order: OrderId) -> Option<Letter> {
    let tried = tokio::task::spawn_blocking(move || {
        let ours = letters.iter().filter_map(|sealed| open_letter(&key, &sealed.0, &me).ok());
        let kept =
            ours.filter(|letter| letter.kind == Kind::ToSelf && letter.from == me && letter.order == order);
        kept.max_by_key(|letter| letter.seq)
    });
    tried.await.expect("opening letters does not panic")
}
