//! Receiving what was bought: statement and header, download with resume, and the check of every block and row.

use super::{PurchaseKept, not_a_step, place, read};
use crate::OpenDesk;
use crate::folder::disk;
use crate::refusal::Refusal;
use crate::story::Tell;
use crate::story::fulfil::agreed_delivery;
use crate::story::hearing::{Hears, counted};
use crate::story::sell::blocks_of;
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use tacit_delivery::{
    CheckFailed, Delivered, DeliveryFault, Manifest, SignedStatement, check_delivery, check_statement,
};
use tacit_relay::Kind;
use tacit_trade::{FaultKind, Purchase, StatedDelivery};
use tacit_values::{Digest, OrderId};

impl OpenDesk {
    /// Statement and header: by letter, or from the market when the letter is late. What the letter says is the seller's own
    /// word; what the market shows counts only when the seller signed it, so that nobody else can spoil a delivery.
    pub(super) async fn hear_delivery(
        &self,
        kept: &PurchaseKept,
        tell: Tell<'_>,
    ) -> Result<Option<StatedDelivery>, Refusal> {
        let (Purchase::Paid { deal, .. } | Purchase::Undelivered { deal, .. }) = &kept.purchase else {
            return Ok(None);
        };
        if let Some(delivery) = self.delivery_letter(kept, deal, tell).await? {
            return Ok(Some(delivery));
        }
        if !self.asks_instead_of_letters(&kept.order).await? {
            return Ok(None);
        }
        let buyer = self.keyring().order_persona(kept.order);
        let view = self.market().acting(&buyer)?.order(kept.order).await?;
        let shown = match view.order {
            tacit_trade::Order::Stated { delivery, .. } => *delivery,
            tacit_trade::Order::Closed { delivery: Some(delivery), .. } => *delivery,
            _ => return Ok(None),
        };
        if self.wrong_statement(deal, &shown).await?.is_none() {
            self.heard_of(&kept.order);
            return Ok(Some(shown));
        }
        self.mailroom().fetch().await?;
        match self.delivery_letter(kept, deal, tell).await? {
            Some(delivery) => Ok(Some(delivery)),
            None => Err(untrue_delivery()),
        }
    }

    /// The seller's letter of delivery; one that cannot be read is put aside, and the market's copy asked for.
    async fn delivery_letter(
        &self,
        kept: &PurchaseKept,
        deal: &tacit_trade::Deal,
        tell: Tell<'_>,
    ) -> Result<Option<StatedDelivery>, Refusal> {
        for letter in self.letters_of(kept, &deal.agreement.agreement.seller).await? {
            if letter.kind != Kind::Delivery {
                continue;
            }
            match read(&letter) {
                Ok(delivery) => {
                    self.heard_of(&kept.order);
                    return Ok(Some(delivery));
                }
                Err(why) => {
                    self.put_aside(&letter, &why, tell).await?;
                    self.ask_at_once(&kept.order);
                }
            }
        }
        Ok(None)
    }

    pub(super) async fn wrong_statement(
        &self,
        deal: &tacit_trade::Deal,
        delivery: &StatedDelivery,
    ) -> Result<Option<FaultKind>, Refusal> {
        let manifest =
            self.manifest_of(deal.agreement.agreement.manifest, &deal.agreement.agreement.seller).await?;
        let Ok(signed) = serde_json::from_value::<SignedStatement>(delivery.statement.clone()) else {
            return Ok(Some(FaultKind::Statement));
        };
        let agreed = agreed_delivery(&deal.agreement, manifest.body);
        Ok(check_statement(&signed, &agreed, &delivery.header).err().map(|_| FaultKind::Statement))
    }

    pub(super) async fn download(&self, kept: &PurchaseKept, hears: &dyn Hears) -> Result<Digest, Refusal> {
        let (manifest, _) = self.goods_of(kept).await?;
        let bytes = tacit_delivery::body_bytes(manifest.bytes);
        let file = self.body_file(&kept.order);
        std::fs::create_dir_all(self.folder().work()).map_err(|_| disk())?;
        let mut into = OpenOptions::new().create(true).append(true).open(&file).map_err(|_| disk())?;
        let have = into.metadata().map_err(|_| disk())?.len().min(bytes);
        hears.tell(&format!("downloading {bytes} bytes, {have} of them are here"));
        hears.bytes("downloading", have, bytes);
        let mut heard = |there: u64| hears.bytes("downloading", there.min(bytes), bytes);
        let fetched = self.market().singly()?.body(manifest.body, have, bytes, &mut into, &mut heard).await;
        fetched.map_err(|refused| match refused {
            tacit_wire::client::NotFetched::Failed(failed) => failed.into(),
            other => Refusal::new(
                "not-fetched",
                other.to_string(),
                "Run `tacit orders resume` again: it goes on where it stopped.",
            )
            .in_pages("Resume the order: it goes on where it stopped."),
        })?;
        into.sync_all().map_err(|_| disk())?;
        let found = tokio::task::spawn_blocking(move || digest_of_file(&file))
            .await
            .expect("hashing does not panic")?;
        if found != manifest.body {
            let _worthless = std::fs::remove_file(self.body_file(&kept.order));
            return Err(Refusal::new(
                "damaged-download",
                "the download does not have the promised digest",
                "Run `tacit orders resume`: it is downloaded again.",
            )
            .in_pages("Resume the order: it is downloaded again."));
        }
        Ok(found)
    }

    /// The check of every block and row, into the place the buyer chose; the seller's fault is a result, not a refusal.
    pub(super) async fn check(
        &self,
        kept: &PurchaseKept,
        delivery: &StatedDelivery,
        hears: &dyn Hears,
    ) -> Result<Result<Digest, FaultKind>, Refusal> {
        let (manifest, blocks) = self.goods_of(kept).await?;
        hears.tell(&match manifest.rows {
            0 => "checking the whole file against the manifest".to_owned(),
            rows => format!("checking all {rows} rows against the manifest"),
        });
        let total = tacit_delivery::body_bytes(manifest.bytes);
        let out = kept.out.clone();
        let half = place::half_of(&out, &kept.order);
        place::make_folder_of(&out)?;
        let (identity, header, body) =
            (self.keyring().order_identity(kept.order), delivery.header.clone(), self.body_file(&kept.order));
        let checked = counted("checking", total, hears, move |counter| {
            let delivered =
                Delivered { header: &header, identity: &identity, manifest: &manifest, blocks: &blocks };
            let body = std::io::BufReader::new(counter.reading(File::open(body).map_err(|_| disk())?));
            let output = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(true)
                .open(&half)
                .map_err(|cause| place::not_written(&out, &cause))?;
            let found = check_delivery(&delivered, body, output);
            let moved = match &found {
                Ok(checked) => place::move_in(&half, &out, checked.plaintext.sha256),
                Err(_) => Ok(()),
            };
            let _moved_or_worthless = std::fs::remove_file(&half);
            moved.map(|()| found)
        });
        match checked.await? {
            Ok(checked) => Ok(Ok(checked.plaintext.sha256)),
            Err(CheckFailed::Fault(fault)) => Ok(Err(kind_of(&fault))),
            Err(CheckFailed::NotChecked(why)) => Err(Refusal::new(
                "not-checked",
                why.to_string(),
                "See that there is room for the file, then run `tacit orders resume` again: nothing is paid twice.",
            ).in_pages("See that there is room for the file, then resume the order: nothing is paid twice.")),
        }
    }

    pub(super) async fn goods_of(
        &self,
        kept: &PurchaseKept,
    ) -> Result<(Manifest, tacit_delivery::BlockLeaves), Refusal> {
        let Some(deal) = kept.purchase.deal() else {
            return Err(not_a_step(&"the delivery has not been stated"));
        };
        let terms = &deal.agreement.agreement;
        let manifest = self.manifest_of(terms.manifest, &terms.seller).await?;
        let blocks = self.market().singly()?.blocks(manifest.blocks).await?;
        let blocks = blocks_of(&blocks, &manifest)?;
        Ok((manifest, blocks))
    }

    pub(crate) async fn manifest_of(
        &self,
        digest: Digest,
        seller: &tacit_values::Persona,
    ) -> Result<Manifest, Refusal> {
        let view = self.market().singly()?.manifest(digest).await?;
        let manifest = view.signed.verify(seller).map_err(|refused| {
            Refusal::new(
                "untrue-manifest",
                refused.to_string(),
                "The market sent something else than was agreed; try again.",
            )
        })?;
        if manifest.digest() != digest {
            return Err(Refusal::new(
                "untrue-manifest",
                "the manifest is not the one that was agreed on",
                "The market sent something else; try again.",
            ));
        }
        Ok(manifest.clone())
    }

    /// Where the sealed body of an order lies while and after it is downloaded.
    pub fn body_file(&self, order: &OrderId) -> PathBuf {
        self.folder().work().join(format!("{order}.age-body"))
    }
}

fn untrue_delivery() -> Refusal {
    Refusal::new(
        "untrue-delivery",
        "the market shows a delivery statement or header that the seller did not sign",
        "Nothing was taken over: run `tacit orders resume` again. If it stays so, ask the market's operator.",
    )
    .in_pages("Nothing was taken over: resume the order. If it stays so, ask the market's operator.")
}

fn kind_of(fault: &DeliveryFault) -> FaultKind {
    match fault {
        DeliveryFault::Statement => FaultKind::Statement,
        DeliveryFault::Header => FaultKind::Header,
        DeliveryFault::Chunk { chunk } => FaultKind::Chunk { index: *chunk },
        DeliveryFault::Block { block } => FaultKind::Block { index: *block },
        DeliveryFault::Schema { .. } => FaultKind::Schema,
        DeliveryFault::Plaintext => FaultKind::Plaintext,
    }
}

pub(super) fn digest_of_file(file: &Path) -> Result<Digest, Refusal> {
    digest_of_stream(&mut File::open(file).map_err(|_| disk())?).map_err(|_| disk())
}

/// SHA-256 of everything that is read.
pub(crate) fn digest_of_stream(from: &mut impl std::io::Read) -> std::io::Result<Digest> {
    let mut hasher = tacit_values::TaggedHasher::plain();
    let mut buffer = vec![0; 256 * 1024];
    loop {
        match from.read(&mut buffer)? {
            0 => return Ok(hasher.finish()),
            count => hasher.update(&buffer[..count]),
        }
    }
}
