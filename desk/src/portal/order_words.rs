//! What the states of an order are called, what they mean, and what happened to the money in each.

use super::shown::orders::{OrderState, TimelineMark};
use crate::story::fulfil::SaleKept;
use tacit_trade::{Lapse, Purchase, Sale};
use tacit_values::{Money, Timestamp};

/// The state of a purchase.
pub(crate) fn bought(purchase: &Purchase) -> OrderState {
    match purchase {
        Purchase::Requested { .. } => OrderState::Requested,
        Purchase::Agreed { .. } => OrderState::Agreed,
        Purchase::Paying { .. } => OrderState::Paying,
        Purchase::PaymentInDoubt { .. } => OrderState::PaymentInDoubt,
        Purchase::Paid { .. } => OrderState::Paid,
        Purchase::Undelivered { .. } => OrderState::Undelivered,
        Purchase::Stated { .. } => OrderState::Stated,
        Purchase::Downloaded { .. } => OrderState::Downloaded,
        Purchase::Checked { .. } => OrderState::Checked,
        Purchase::Closed { .. } => OrderState::Closed,
        Purchase::Refused { .. } => OrderState::Refused,
        Purchase::Expired { .. } => OrderState::Expired,
        Purchase::Faulty { .. } => OrderState::Faulty,
    }
}

/// The state of a sale, in the same words.
pub(crate) fn sold(sale: &Sale) -> OrderState {
    match sale {
        Sale::Received { .. } => OrderState::Requested,
        Sale::Accepted { .. } => OrderState::Agreed,
        Sale::PaymentSeen { .. } => OrderState::Paid,
        Sale::Delivered { .. } => OrderState::Stated,
        Sale::Closed { .. } => OrderState::Closed,
        Sale::Declined { .. } => OrderState::Refused,
        Sale::Lapsed { .. } | Sale::Unpaid { .. } => OrderState::Expired,
    }
}

/// What is done in a state of a purchase.
pub(crate) fn stage(purchase: &Purchase) -> &'static str {
    match purchase {
        Purchase::Requested { .. } => "waiting for the seller's desk to accept",
        Purchase::Agreed { .. } => "agreed; about to pay",
        Purchase::Paying { .. } => "proving the payment on this machine",
        Purchase::PaymentInDoubt { .. } => "the payment was handed over; waiting for the ledger",
        Purchase::Paid { .. } => "paid; waiting for the seller's desk to deliver",
        Purchase::Undelivered { .. } => "paid; the delivery is late",
        Purchase::Stated { .. } => "delivered; downloading",
        Purchase::Downloaded { .. } => "checking every row",
        Purchase::Checked { .. } => "checked; fetching the receipt",
        Purchase::Closed { .. } => "done",
        Purchase::Refused { .. } => "the seller declined",
        Purchase::Expired { .. } => "the order ended",
        Purchase::Faulty { .. } => "the delivery is not what was sold",
    }
}

/// What a purchase's state means, in one sentence.
pub(crate) fn sentence_of_purchase(purchase: &Purchase) -> String {
    match purchase {
        Purchase::Refused { refusal, .. } => format!("The seller's desk declined: {refusal}."),
        Purchase::Expired { why, .. } => format!("The order ended: {}.", because(*why)),
        Purchase::Faulty { fault, .. } => format!("The delivery is not what was sold: {fault}."),
        Purchase::Closed { .. } => {
            "The file is yours, checked row by row, and the receipt is kept.".to_owned()
        }
        open => super::refusals::sentence(stage(open)),
    }
}

/// What a sale's state means, in one sentence.
pub(crate) fn sentence_of_sale(kept: &SaleKept) -> String {
    match &kept.sale {
        Sale::Received { .. } => "An order came in; this desk answers it.".to_owned(),
        Sale::Accepted { .. } => "Accepted; waiting for the buyer's payment.".to_owned(),
        Sale::PaymentSeen { .. } => "The payment was seen; this desk delivers.".to_owned(),
        Sale::Delivered { .. } => "Delivered; waiting for the buyer to close the order.".to_owned(),
        Sale::Closed { .. } if !kept.receipted => "Closed; the receipt comes with the next epoch.".to_owned(),
        Sale::Closed { .. } => "Sold, and the receipt is kept.".to_owned(),
        Sale::Declined { refusal, .. } => format!("This desk declined: {refusal}."),
        Sale::Lapsed { .. } => "The order came too late to be answered.".to_owned(),
        Sale::Unpaid { .. } => "The buyer did not pay in time.".to_owned(),
    }
}

fn because(why: Lapse) -> &'static str {
    match why {
        Lapse::NotAccepted => "the seller's desk did not answer in time",
        Lapse::NotPaid => "it was not paid in time",
        Lapse::Cancelled => "it was cancelled before anything was paid",
        Lapse::PaymentDidNotLand => "the payment did not land in time",
    }
}

/// What happened to the buyer's money.
pub(crate) fn money_of_purchase(purchase: &Purchase, price: Money) -> String {
    let amount = format!("{price} {}", price.currency());
    match purchase {
        Purchase::Requested { .. } | Purchase::Agreed { .. } | Purchase::Refused { .. } => {
            "Nothing was paid.".to_owned()
        }
        Purchase::Paying { .. } => {
            format!("{amount} are promised to this order; nothing left your wallet yet.")
        }
        Purchase::PaymentInDoubt { .. } => {
            format!(
                "{amount} were handed over. They land, or they are free again; they are never paid twice."
            )
        }
        Purchase::Paid { .. }
        | Purchase::Stated { .. }
        | Purchase::Downloaded { .. }
        | Purchase::Checked { .. } => format!("{amount} were paid straight to the seller."),
        Purchase::Undelivered { .. } => {
            format!(
                "{amount} were paid straight to the seller, who has not delivered. The payment is on the ledger, with the seller's signature under what it was for."
            )
        }
        Purchase::Closed { .. } => {
            format!("{amount} were paid straight to the seller; the receipt proves it.")
        }
        Purchase::Expired { why: Lapse::PaymentDidNotLand, .. } => {
            "The payment did not happen; the money is free again.".to_owned()
        }
        Purchase::Expired { .. } => "Nothing was paid.".to_owned(),
        Purchase::Faulty { .. } => {
            format!("{amount} were paid straight to the seller. What the seller signed is kept as evidence.")
        }
    }
}

/// What happened to the seller's money.
pub(crate) fn money_of_sale(sale: &Sale, price: Option<Money>) -> String {
    let amount = price.map_or_else(String::new, |price| format!("{price} {} ", price.currency()));
    match sale {
        Sale::PaymentSeen { .. } | Sale::Delivered { .. } | Sale::Closed { .. } => {
            format!("{amount}came in, straight from the buyer.")
        }
        Sale::Received { .. } | Sale::Accepted { .. } => "Nothing was paid yet.".to_owned(),
        Sale::Declined { .. } | Sale::Lapsed { .. } | Sale::Unpaid { .. } => "Nothing was paid.".to_owned(),
    }
}

/// For a closed order whose file is not in its place.
pub(crate) const OPEN_AGAIN: &str = "The file is not on this machine, or not where it was. Go on with the order to open it again; nothing is paid for that.";

/// What the buyer can do.
pub(crate) fn next_of_purchase(purchase: &Purchase) -> Option<&'static str> {
    Some(match purchase {
        Purchase::Requested { .. } | Purchase::Paid { .. } => {
            "Leave the desk running; the seller's desk answers when it runs."
        }
        Purchase::Agreed { .. } => {
            "Top up if your wallet is short; the order goes on by itself until it ends."
        }
        Purchase::Undelivered { .. } => "Leave the desk running: a late delivery is still taken.",
        Purchase::Refused { .. } | Purchase::Expired { .. } => {
            "Look at the listing again and order again if you still want it."
        }
        Purchase::Faulty { .. } => "Write to the seller, or show the evidence to whoever judges it.",
        _ => return None,
    })
}

/// Until when the present step of a purchase may take.
pub(crate) fn deadline_of_purchase(purchase: &Purchase) -> Option<Timestamp> {
    match purchase {
        Purchase::Requested { accept_until, .. } => Some(*accept_until),
        Purchase::Agreed { deal } | Purchase::Paying { deal, .. } | Purchase::PaymentInDoubt { deal, .. } => {
            Some(deal.pays_until)
        }
        Purchase::Paid { deal, .. } => Some(deal.deliver_until),
        _ => None,
    }
}

/// Until when the present step of a sale may take.
pub(crate) fn deadline_of_sale(sale: &Sale) -> Option<Timestamp> {
    match sale {
        Sale::Received { accept_until, .. } => Some(*accept_until),
        Sale::Accepted { pays_until, .. } => Some(*pays_until),
        Sale::PaymentSeen { deliver_until, .. } => Some(*deliver_until),
        _ => None,
    }
}

/// The steps of a timeline and their names.
pub(crate) const STEPS: [(TimelineMark, &str); 7] = [
    (TimelineMark::Ordered, "Ordered"),
    (TimelineMark::Agreed, "Accepted by the seller"),
    (TimelineMark::Paid, "Paid"),
    (TimelineMark::Delivered, "Delivered"),
    (TimelineMark::Downloaded, "Downloaded"),
    (TimelineMark::Checked, "Every row checked"),
    (TimelineMark::Receipt, "Receipt kept"),
];

/// How many steps of the timeline are behind a state, and whether it ended badly there.
pub(crate) fn reached(state: OrderState) -> (usize, bool) {
    match state {
        OrderState::Requested => (1, false),
        OrderState::Agreed | OrderState::Paying | OrderState::PaymentInDoubt => (2, false),
        OrderState::Paid => (3, false),
        OrderState::Undelivered => (3, true),
        OrderState::Stated => (4, false),
        OrderState::Downloaded => (5, false),
        OrderState::Checked => (6, false),
        OrderState::Closed => (7, false),
        OrderState::Refused | OrderState::Expired => (1, true),
        OrderState::Faulty => (4, true),
    }
}
