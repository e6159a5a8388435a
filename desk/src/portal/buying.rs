//! The job of an order: from where it stands to its receipt, through every wait and every failure that passes.

use super::house::Portal;
use super::order_words;
use super::shown::events::Event;
use super::shown::jobs::{JobKind, JobResult};
use super::work_list::{Beginning, Job};
use crate::open::OpenDesk;
use crate::refusal::Refusal;
use crate::story::hearing::Hears;
use crate::story::purchase::{Driven, PurchaseKept};
use std::sync::Arc;
use std::time::Duration;
use tacit_trade::Purchase;
use tacit_values::OrderId;

/// How long one drive goes on before it looks around.
const PATIENCE: Duration = Duration::from_secs(600);
/// How long to wait after the market did not answer, or while another terminal works on the order.
const SOON: Duration = Duration::from_secs(2);
/// How long to wait after any other refusal that may pass, such as too little money.
const LATER: Duration = Duration::from_secs(20);

/// Begins the job of an order.
pub(crate) fn begin(portal: &Portal, desk: &Arc<OpenDesk>, kept: &PurchaseKept, kind: JobKind) -> String {
    let (portal_, desk, order) = (portal.clone(), desk.clone(), kept.order);
    let beginning = Beginning {
        kind,
        about: Some(order.to_string()),
        title: kept.title.clone(),
        stage: order_words::stage(&kept.purchase).to_owned(),
    };
    portal.begin(beginning, move |job| async move { go_on(portal_, desk, order, job).await })
}

async fn go_on(portal: Portal, desk: Arc<OpenDesk>, order: OrderId, job: Job) -> Result<JobResult, Refusal> {
    let ears = Ears { portal, job: job.clone(), order };
    loop {
        match desk.drive_if_free(&order, PATIENCE, &ears).await {
            Ok(Some(Driven::Done(kept))) => {
                ears.moved();
                return Ok(JobResult {
                    order: Some(order.to_string()),
                    listing: Some(kept.listing.to_string()),
                    receipt: kept.receipt.map(|receipt| receipt.to_string()),
                    ..JobResult::default()
                });
            }
            Ok(Some(Driven::Waits(_, sentence))) => job.waits(&sentence),
            Ok(None) => {
                job.waits("another terminal of this desk works on this order");
                tokio::time::sleep(SOON).await;
            }
            Err(refusal) => {
                ears.moved();
                let kept = desk.purchase(&order).await?;
                if kept.is_none_or(|kept| kept.purchase.is_over()) {
                    return Err(refusal);
                }
                job.stuck(&refusal);
                let wait = if refusal.may_pass() { SOON } else { LATER };
                tokio::time::sleep(wait).await;
            }
        }
    }
}

struct Ears {
    portal: Portal,
    job: Job,
    order: OrderId,
}

impl Ears {
    fn moved(&self) {
        self.portal.tell(Event::Order { order: self.order.to_string() });
    }
}

impl Hears for Ears {
    fn tell(&self, sentence: &str) {
        self.job.stage(sentence);
    }

    fn bytes(&self, _what: &str, done: u64, total: u64) {
        self.job.bytes(done, total);
    }

    fn purchase(&self, purchase: &Purchase) {
        let stage = order_words::stage(purchase);
        match purchase {
            Purchase::Requested { .. }
            | Purchase::PaymentInDoubt { .. }
            | Purchase::Paid { .. }
            | Purchase::Undelivered { .. } => self.job.waits(stage),
            _ => self.job.stage(stage),
        }
        self.job.can_cancel(!matches!(purchase, Purchase::Checked { .. } | Purchase::Closed { .. }));
        self.moved();
    }
}
