//! A file that was bought and is not on this machine, or not any more: it is downloaded, checked and opened again. Nothing is
//! paid for that: what was paid for stays the buyer's as long as the market keeps the sealed body.

use super::{PURCHASES, PurchaseKept, not_a_step};
use crate::OpenDesk;
use crate::refusal::Refusal;
use crate::story::hearing::Hears;
use std::path::{Path, PathBuf};
use tacit_trade::Purchase;

impl OpenDesk {
    /// The same purchase with its opened file in its place. A closed order whose file is there stays as it is.
    pub(super) async fn at_hand(
        &self,
        kept: PurchaseKept,
        hears: &dyn Hears,
    ) -> Result<PurchaseKept, Refusal> {
        let Purchase::Closed { delivery, .. } = &kept.purchase else { return Ok(kept) };
        if kept.out.symlink_metadata().is_ok() {
            return Ok(kept);
        }
        let kept = PurchaseKept { out: self.place_again(&kept), ..kept.clone() };
        hears.tell("the opened file is not in its place; it is opened again, and nothing is paid for that");
        self.body_here(&kept, hears).await?;
        if let Err(fault) = self.check(&kept, delivery, hears).await? {
            return Err(not_a_step(&format!("the delivery does not open as it did before: {fault}")));
        }
        self.cabinet().put(PURCHASES, &kept.order.to_string(), &kept).await?;
        Ok(kept)
    }

    /// The sealed body of a delivery, fetched when it is not on this machine.
    pub async fn body_here(&self, kept: &PurchaseKept, hears: &dyn Hears) -> Result<PathBuf, Refusal> {
        let (manifest, _) = self.goods_of(kept).await?;
        let file = self.body_file(&kept.order);
        let here = std::fs::metadata(&file)
            .is_ok_and(|about| about.len() == tacit_delivery::body_bytes(manifest.bytes));
        if !here {
            self.download(kept, hears).await?;
        }
        Ok(file)
    }

    /// The place that was chosen, unless its folder was on another machine.
    fn place_again(&self, kept: &PurchaseKept) -> PathBuf {
        match kept.out.parent().is_some_and(Path::is_dir) {
            true => kept.out.clone(),
            false => self.bought_place(&kept.order),
        }
    }
}
