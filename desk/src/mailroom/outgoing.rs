//! Outgoing letters: written down sealed before they are posted, so that the same letter goes out however often.
//!
//! The market sees a mailbox, a size and a time: the post is not signed and takes a connection of its own.

use super::Mailroom;
use crate::cabinet::Drawer;
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tacit_relay::{Kind, Letter, MailRecipient, seal_letter};
use tacit_values::{OrderId, Persona, PersonaKey, base64url};

const OUTBOX: Drawer = Drawer("outbox");

/// A letter to be sent.
#[derive(Debug, Clone)]
pub struct OutgoingLetter<'k> {
    /// Who signs it.
    pub from: &'k PersonaKey,
    /// Whom it is for.
    pub to: Persona,
    /// Where it is sealed to.
    pub mail: MailRecipient,
    /// Which order it belongs to.
    pub order: OrderId,
    /// What it is about.
    pub kind: Kind,
    /// The letter it answers.
    pub reply_to: Option<u64>,
    /// The body that the kind demands.
    pub body: Value,
}

#[derive(Serialize, Deserialize)]
struct Posted {
    seq: u64,
    to: Persona,
    #[serde(with = "base64url")]
    sealed: Vec<u8>,
    posted: bool,
}

impl Mailroom<'_> {
    /// Sends a letter. `name` is its name within order and sender (`paid`, `accepted`): under the same name the first
    /// letter is sent again, byte for byte, whatever is handed in; after [`Self::doubt`] it is sealed anew under its old
    /// number. Returns its number.
    pub async fn post(&self, name: &str, letter: OutgoingLetter<'_>) -> Result<u64, Refusal> {
        let outbox = format!("{}/{}", letter.order, letter.from.persona());
        let place = format!("{outbox}/{name}");
        let _claim = self.desk.folder().claim(&format!("outbox/{outbox}")).await?;
        let mut posted = match self.desk.cabinet().get::<Posted>(OUTBOX, &place).await? {
            Some(kept) if kept.value.posted => return Ok(kept.value.seq),
            Some(kept) if kept.value.sealed.is_empty() => self.seal(letter, kept.value.seq).await?,
            Some(kept) => kept.value,
            None => {
                let seq = self.next_seq(&outbox).await?;
                let written = self.seal(letter, seq).await?;
                self.desk.cabinet().put(OUTBOX, &place, &written).await?;
                written
            }
        };
        let sealed = posted.sealed.clone().into();
        self.desk.market().singly()?.post_letter(posted.to, sealed).await?;
        posted.posted = true;
        // What was sent is not needed any more; that it was, is.
        posted.sealed.clear();
        self.desk.cabinet().put(OUTBOX, &place, &posted).await?;
        Ok(posted.seq)
    }

    /// Letters that were written and did not reach the market yet, by their names: send them again with [`Self::post_again`].
    pub async fn unposted(&self) -> Result<Vec<String>, Refusal> {
        let all = self.desk.cabinet().list::<Posted>(OUTBOX).await?;
        let unposted = all.into_iter().filter(|kept| !kept.value.posted && !kept.value.sealed.is_empty());
        Ok(unposted.map(|kept| kept.name).collect())
    }

    /// Doubts that the letters of an order arrived: those that its next steps post are sent once more. Who has them already
    /// drops them.
    pub async fn doubt(&self, order: &OrderId) -> Result<(), Refusal> {
        let prefix = format!("{order}/");
        for kept in self.desk.cabinet().list::<Posted>(OUTBOX).await? {
            if kept.value.posted && kept.name.starts_with(&prefix) {
                let doubted = Posted { posted: false, ..kept.value };
                self.desk.cabinet().put(OUTBOX, &kept.name, &doubted).await?;
            }
        }
        Ok(())
    }

    /// Sends a letter of [`Self::unposted`] again.
    pub async fn post_again(&self, place: &str) -> Result<(), Refusal> {
        let Some(kept) = self.desk.cabinet().get::<Posted>(OUTBOX, place).await? else { return Ok(()) };
        if !kept.value.posted && !kept.value.sealed.is_empty() {
            let mut posted = kept.value;
            self.desk.market().singly()?.post_letter(posted.to, posted.sealed.clone().into()).await?;
            posted.posted = true;
            posted.sealed.clear();
            self.desk.cabinet().put(OUTBOX, place, &posted).await?;
        }
        Ok(())
    }

    /// The letters of a buyer's order are counted from here on: a machine that is lost sent those before, and a letter under
    /// a number that was used would not be heard.
    pub async fn count_letters_from(&self, order: OrderId, seq: u64) -> Result<(), Refusal> {
        let Some(last) = seq.checked_sub(1) else { return Ok(()) };
        let me = self.desk.keyring().order_persona(order).persona();
        let place = format!("{order}/{me}/before this desk was restored");
        let posted = Posted { seq: last, to: me, sealed: Vec::new(), posted: true };
        Ok(self.desk.cabinet().put(OUTBOX, &place, &posted).await?)
    }

    async fn next_seq(&self, outbox: &str) -> Result<u64, Refusal> {
        let prefix = format!("{outbox}/");
        let all = self.desk.cabinet().list::<Posted>(OUTBOX).await?;
        let ours = all.iter().filter(|kept| kept.name.starts_with(&prefix));
        Ok(ours.map(|kept| kept.value.seq + 1).max().unwrap_or(0))
    }

    async fn seal(&self, letter: OutgoingLetter<'_>, seq: u64) -> Result<Posted, Refusal> {
        let OutgoingLetter { from, to, mail, order, kind, reply_to, body } = letter;
        let checkpoint = self.desk.mirror().checkpoint().await?.map(|newest| newest.note().to_owned());
        let written = Letter { v: 1, from: from.persona(), to, kind, order, seq, reply_to, checkpoint, body };
        let sealed = seal_letter(written, from, &mail).map_err(|refused| {
            Refusal::new(
                "letter",
                format!("the letter could not be sealed ({refused})"),
                "Shorten what it says.",
            )
        })?;
        Ok(Posted { seq, to, sealed, posted: false })
    }
}
