//! Hearing the seller: acceptances, refusals, and letters that are neither.

use super::{PurchaseKept, Step, not_a_step, read};
use crate::OpenDesk;
use crate::refusal::Refusal;
use crate::story::{Tell, terms};
use tacit_relay::{Kind, Letter};
use tacit_trade::{AcceptedBody, Purchase, PurchaseRefused, Refusal as Declined};
use tacit_values::Timestamp;

impl OpenDesk {
    /// The seller's answer, or the end of the time for one. A letter that cannot be the answer is put aside and said: it must
    /// not keep the order from ending.
    pub(super) async fn hear_answer(
        &self,
        kept: &PurchaseKept,
        now: Timestamp,
        tell: Tell<'_>,
    ) -> Result<Option<Step>, Refusal> {
        let Purchase::Requested { request, accept_until, .. } = &kept.purchase else { return Ok(None) };
        for letter in self.letters_of(kept, &request.seller).await? {
            let heard = match letter.kind {
                Kind::Accepted => self.hear_accepted(kept, &letter, now).await?,
                Kind::Refusal => read(&letter).and_then(|declined: Declined| {
                    kept.purchase.clone().refused(declined).map_err(|refused| not_a_step(&refused))
                }),
                _ => continue,
            };
            match heard {
                Ok(purchase) => return Ok(Some(Ok(purchase))),
                Err(why) => self.put_aside(&letter, &why, tell).await?,
            }
        }
        Ok((now > *accept_until).then(|| kept.purchase.clone().lapse(now)))
    }

    /// What an acceptance makes of the order, or why it is none.
    async fn hear_accepted(
        &self,
        kept: &PurchaseKept,
        letter: &Letter,
        now: Timestamp,
    ) -> Result<Result<Purchase, Refusal>, Refusal> {
        let answer: AcceptedBody = match read(letter) {
            Ok(answer) => answer,
            Err(why) => return Ok(Err(why)),
        };
        if let Err(untrue) = terms::check_receipt(&answer.sd_jwt, &answer.accepted()) {
            return Ok(Err(untrue));
        }
        let pays_until = match self.pays_until(&answer.agreement).await? {
            Some(pays_until) => pays_until,
            None => return Ok(Err(not_a_step(&"the agreement names a pool that this market does not have"))),
        };
        let buyer = self.keyring().order_persona(kept.order);
        let agreed = match kept.purchase.clone().agree(&answer, &buyer, now, pays_until) {
            Err(PurchaseRefused::TooLateToPay { .. }) => kept.purchase.clone().answered_too_late(),
            agreed => agreed,
        };
        Ok(agreed.map_err(|refused| not_a_step(&refused)))
    }

    /// A letter that says nothing useful: it is said, and not looked at again.
    pub(super) async fn put_aside(
        &self,
        letter: &Letter,
        why: &Refusal,
        tell: Tell<'_>,
    ) -> Result<(), Refusal> {
        tell(&format!("a letter of the seller was put aside: {}", why.sentence));
        self.mailroom().handled(letter).await
    }

    /// Letters about this order from its seller that count; letters stay until the order is over, so that a crash between
    /// reading and recording costs nothing.
    pub(super) async fn letters_of(
        &self,
        kept: &PurchaseKept,
        seller: &tacit_values::Persona,
    ) -> Result<Vec<Letter>, Refusal> {
        let letters = self.mailroom().waiting(&kept.order).await?;
        Ok(letters.into_iter().filter(|letter| letter.from == *seller).collect())
    }
}
