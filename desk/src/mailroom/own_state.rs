//! A desk's letters to itself: the sealed state of one order, kept by the market, found again from the words alone.
//!
//! Each order's persona keeps its own state in its own mailbox, the newest replacing; nothing connects two of them.
//! Restoring downloads the letters of whole buckets without a persona and tries order numbers until 100 in a row are
//! unused: the market is never asked for an order by its id.

use super::Mailroom;
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use tacit_relay::{Kind, Letter, MailKey, open_letter, seal_letter};
use tacit_values::{OrderId, Persona, PersonaKey};
use tacit_wire::bodies::mail::{BucketName, SealedLetter};

/// How many order numbers in a row must be unused before the search ends (wire.md, Keys).
const GAP: u32 = 100;

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
        self.keep_state_as(&key, order, revision, state).await
    }

    async fn keep_state_as(
        &self,
        key: &PersonaKey,
        order: OrderId,
        seq: u64,
        body: Value,
    ) -> Result<(), Refusal> {
        let me = key.persona();
        let mail = self.desk.keyring().mail_key(&me).recipient();
        let kind = Kind::ToSelf;
        let letter =
            Letter { v: 1, from: me, to: me, kind, order, seq, reply_to: None, checkpoint: None, body };
        let sealed = seal_letter(letter, key, &mail).map_err(|refused| {
            let sentence = format!("the order's state could not be sealed ({refused})");
            Refusal::new("letter", sentence, "Keep a `tacit backup`: it holds everything.")
        })?;
        Ok(self.desk.market().acting(key)?.keep_self_letter(0, sealed.into()).await?)
    }

    /// The state that a desk with these words kept under an order number, if one did.
    pub(crate) async fn own_state(&self, number: u32) -> Result<Option<FoundOrder>, Refusal> {
        let bits = self.relay().await?.bucket_bits;
        let order = self.desk.keyring().order_id(number);
        let me = self.desk.keyring().order_persona(order).persona();
        let letters = self.desk.market().mirror().bucket_self(BucketName::of(&me, bits)).await?.letters;
        let newest = newest(letters, self.desk.keyring().mail_key(&me), me, order).await;
        Ok(newest.map(|state| FoundOrder { number, order, state }))
    }

    /// Finds the orders of this seed again. `tell` is called with every number that was tried.
    pub async fn find_own_orders(
        &self,
        tell: &(dyn Fn(u32) + Send + Sync),
    ) -> Result<Vec<FoundOrder>, Refusal> {
        let bits = self.desk.mirror().meet().await?.relay.bucket_bits;
        let mut buckets: BTreeMap<u32, Vec<SealedLetter>> = BTreeMap::new();
        let mut found = Vec::new();
        let (mut number, mut unused) = (0_u32, 0);
        while unused < GAP {
            let order = self.desk.keyring().order_id(number);
            let me = self.desk.keyring().order_persona(order).persona();
            let bucket = BucketName::of(&me, bits);
            let letters = match buckets.entry(bucket.number()) {
                Entry::Occupied(fetched) => fetched.get().clone(),
                Entry::Vacant(new) => {
                    new.insert(self.desk.market().mirror().bucket_self(bucket).await?.letters).clone()
                }
            };
            match newest(letters, self.desk.keyring().mail_key(&me), me, order).await {
                Some(state) => {
                    found.push(FoundOrder { number, order, state });
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

/// The newest state among the letters that open with this order's key.
async fn newest(letters: Vec<SealedLetter>, key: MailKey, me: Persona, order: OrderId) -> Option<Value> {
    let tried = tokio::task::spawn_blocking(move || {
        let ours = letters.iter().filter_map(|sealed| open_letter(&key, &sealed.0, &me).ok());
        let kept =
            ours.filter(|letter| letter.kind == Kind::ToSelf && letter.from == me && letter.order == order);
        kept.max_by_key(|letter| letter.seq).map(|letter| letter.body)
    });
    tried.await.expect("opening letters does not panic")
}
