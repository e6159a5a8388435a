//! Too little money, and where the missing part may be: in flight, or in a pool that was rotated.

use super::Wallet;
use crate::refusal::Refusal;
use tacit_values::{Currency, Money};

impl Wallet<'_> {
    /// What lies in pools that pay nobody any more, as far as this desk knows: it can be moved with `tacit wallet cross`.
    pub async fn in_rotated_pools(&self, currency: Currency) -> Result<Money, Refusal> {
        let mut sum = Money::zero(currency);
        for view in self.as_known().await? {
            if view.pool.currency == currency && view.is_rotated() {
                // The turnstiles keep the sum of all pools of a currency below the largest amount.
                sum = sum.plus(view.balance.free).unwrap_or(sum);
            }
        }
        Ok(sum)
    }
}

/// The refusal of a payment that the wallet cannot bring up; `rotated` is what could cross into the paying pool first.
pub(crate) fn insufficient(wanted: Money, free: Money, in_flight: Money, rotated: Money) -> Refusal {
    let currency = wanted.currency();
    let within_reach = [free, in_flight, rotated].iter().map(|part| part.micros()).sum::<u64>();
    if !rotated.is_zero() && within_reach >= wanted.micros() {
        let sentence = format!(
            "{wanted} {currency} are needed, {free} are free, and {rotated} are in a pool that the market rotated: it pays nobody any more"
        );
        let remedy = "Move that money with `tacit wallet cross`, then try again.";
        return Refusal::new("rotated-pool", sentence, remedy)
            .in_pages("Move that money across in the wallet, then try again.");
    }
    if in_flight.is_zero() {
        let sentence = format!("{wanted} {currency} are needed, {free} are there");
        let remedy = "Top up: `tacit wallet address` gives an address for whoever sends you money.";
        return Refusal::new("insufficient-funds", sentence, remedy)
            .in_pages("Top up: the wallet gives an address for whoever sends you money.");
    }
    let sentence = format!(
        "{wanted} {currency} are needed, {free} are free and {in_flight} are in flight (change and payments under way)"
    );
    let remedy = "Wait until the payments under way have landed (`tacit wallet`), then go on: an order that was placed with \
                  `tacit orders resume ORDER`. Or top up with `tacit wallet address`.";
    Refusal::new("insufficient-funds", sentence, remedy)
        .in_pages("Wait until the payments under way have landed, or top up: the wallet gives an address.")
}
