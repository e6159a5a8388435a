//! Forgetting, by the table in `docs/operating/retention.md`. Sweeps take few rows at a time and may be repeated.

use crate::market::Market;
use std::time::Duration;
use tacit_ports::market::StoreFault;
use tacit_ports::vault::VaultFault;
use tacit_values::{Digest, Timestamp};

const ROWS: u32 = 500;
/// Running desks write their own state about every hour and a half.
const DESKS_COME_BACK: Duration = Duration::from_secs(6 * 3_600);

/// What one sweep forgot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Orders that shrank to id and outcome.
    pub orders: u64,
    /// Letters that nobody collected.
    pub letters: u64,
    /// Desks' own letters whose order closed long ago, or whose persona has none and was not seen for long.
    pub self_letters: u64,
    /// Uploads that stood still.
    pub uploads: u64,
    /// Nonces of signatures that expired.
    pub nonces: u64,
    /// Days on which a persona was seen.
    pub seen: u64,
    /// Bodies that nothing names.
    pub bodies: u64,
}

impl Market {
    /// Forgets everything whose time is over.
    pub(crate) async fn sweep(&self, now: Timestamp) -> Result<Swept, StoreFault> {
        let keeps = self.settings().retention;
        let mut swept = Swept::default();
        loop {
            let mut tx = self.store().begin().await?;
            let orders =
                tx.retention().shrink_orders(now.minus(keeps.ended_orders), ROWS).await?.len() as u64;
            let letters = tx.retention().drop_letters(now.minus(keeps.letters), ROWS).await?;
            let own = tx.retention().drop_self_letters(now, ROWS).await?;
            // After it was away the market waits until the desks that waited for it were seen again.
            let lone = if now.since(self.0.opened) < DESKS_COME_BACK {
                0
            } else {
                tx.retention().drop_lone_self_letters(now.minus(keeps.lone_self_letters), ROWS).await?
            };
            let self_letters = own + lone;
            let uploads = tx.retention().drop_uploads(now.minus(keeps.idle_uploads), ROWS).await?;
            let nonces = tx.retention().drop_nonces(now, ROWS).await?;
            let seen = tx.retention().drop_seen(now.minus(keeps.seen_personas), ROWS).await?;
            tx.commit().await?;
            let dropped = uploads.len() as u64;
            for (upload, _) in uploads {
                log_vault(self.vault().abandon(upload).await);
            }
            swept.orders += orders;
            swept.letters += letters;
            swept.self_letters += self_letters;
            swept.uploads += dropped;
            swept.nonces += nonces;
            swept.seen += seen;
            if orders + letters + self_letters + dropped + nonces + seen == 0 {
                break;
            }
        }
        self.count_personas(now).await?;
        self.follow_due_figures(now).await?;
        self.abandon_unknown_uploads().await?;
        swept.bodies = self.sweep_orphans().await?;
        if swept != Swept::default() {
            tracing::info!(?swept, "forgotten by the retention table");
        }
        Ok(swept)
    }

    /// Parts of uploads whose row is gone: a crash between dropping the row and dropping the parts.
    async fn abandon_unknown_uploads(&self) -> Result<(), StoreFault> {
        let Some(unfinished) = log_vault(self.vault().unfinished().await) else { return Ok(()) };
        for upload in unfinished {
            if self.store().read().await?.uploads().get(upload).await?.is_none() {
                log_vault(self.vault().abandon(upload).await);
            }
        }
        Ok(())
    }

    /// Bodies that neither an upload nor a manifest names. Each is looked at inside a writing transaction, so that nothing
    /// can come to name it between the look and the deletion.
    async fn sweep_orphans(&self) -> Result<u64, StoreFault> {
        let (mut gone, mut after) = (0, None);
        loop {
            let Some(page) = log_vault(self.vault().list(after, ROWS).await) else { return Ok(gone) };
            let Some(last) = page.last().copied() else { return Ok(gone) };
            for body in page {
                gone += u64::from(self.drop_orphan(body).await?);
            }
            after = Some(last);
        }
    }

    async fn drop_orphan(&self, body: Digest) -> Result<bool, StoreFault> {
        let mut view = self.store().read().await?;
        if view.uploads().names_body(body).await? || view.manifests().names_object(body).await? {
            return Ok(false);
        }
        drop(view);
        let mut tx = self.store().begin().await?;
        if tx.uploads().names_body(body).await? || tx.manifests().names_object(body).await? {
            return Ok(false);
        }
        let gone = log_vault(self.vault().delete(body).await).unwrap_or(false);
        drop(tx);
        Ok(gone)
    }
}

/// The vault's faults do not stop a sweep: the next one finds the same.
fn log_vault<T>(did: Result<T, VaultFault>) -> Option<T> {
    did.map_err(|fault| tracing::warn!(%fault, "the vault did not follow a sweep; the next one repeats it"))
        .ok()
}
