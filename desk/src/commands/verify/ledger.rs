//! `tacit verify ledger`: fetches or opens a copy of the whole ledger, replays it, and tells what it holds.

use super::{Verifying, no_keys, no_source};
use crate::output::{Output, several};
use crate::refusal::Refusal;
use crate::verify::copy::{LedgerCopy, PassingCopy};
use crate::verify::keys::KeysFrom;
use crate::verify::ledger::{VerifiedLedger, verify_copy};
use serde_json::{Value, json};
use std::path::PathBuf;

pub(super) async fn verify(
    verifying: &Verifying<'_>,
    save: Option<&PathBuf>,
    out: &mut Output,
) -> Result<(), Refusal> {
    let (passing, copy, trusted);
    if let Some(files) = &verifying.sources.files {
        copy = LedgerCopy::at(files);
        trusted = verifying.keys(Some(&copy.genesis()?.market)).await?.ok_or_else(no_keys)?;
        passing = None;
    } else {
        let own = verifying.desk.as_ref().map(|desk| &desk.market);
        let market = verifying.sources.market.as_ref().or(own).ok_or_else(no_source)?.clone();
        trusted = verifying.keys(Some(&market)).await?.ok_or_else(no_keys)?;
        let made = match save {
            Some(_) => None,
            None => Some(PassingCopy::make(verifying.engines.chance.seed())?),
        };
        copy = match (save, &made) {
            (Some(folder), _) => LedgerCopy::make(folder)?,
            (None, Some(made)) => made.copy().clone(),
            (None, None) => unreachable!("a copy that is not saved is a passing one"),
        };
        passing = made;
        verifying.fetch(&market, &trusted, &copy, out).await?;
    }
    let bar = out.bar("verifying", 0);
    let (proofs, verified_with, shown) =
        (verifying.engines.proofs.clone(), trusted.keys.clone(), bar.clone());
    let found =
        tokio::task::spawn_blocking(move || verify_copy(&copy, &verified_with, proofs.as_ref(), &shown))
            .await
            .expect("verifying a ledger does not panic");
    bar.finish_and_clear();
    drop(passing);
    tell(&found?, trusted.from, save, out);
    Ok(())
}

fn tell(found: &VerifiedLedger, from: KeysFrom, save: Option<&PathBuf>, out: &mut Output) {
    let sum = |what: fn(&tacit_settlement::Replayed) -> u64| -> u64 {
        found.pools.iter().map(|(_, replayed)| what(replayed)).sum()
    };
    let (epochs, bundles) = (sum(|found| found.epochs), sum(|found| found.bundles));
    let (batches, notes) = (sum(|found| found.batches), sum(|found| found.notes));
    let pools: Vec<Value> = found
        .pools
        .iter()
        .map(|(pool, replayed)| {
            json!({
                "pool": pool.pool,
                "currency": pool.currency.code(),
                "generation": pool.generation,
                "epochs": replayed.epochs,
                "bundles": replayed.bundles,
                "notes": replayed.notes,
                "balance": replayed.balance.to_string(),
                "root": replayed.root,
            })
        })
        .collect();
    let document = json!({
        "ok": true,
        "market": found.market,
        "epochs": epochs,
        "bundles": bundles,
        "batches": batches,
        "notes": notes,
        "minted": found.minted.to_string(),
        "burned": found.burned.to_string(),
        "balance": found.balance.to_string(),
        "log_size": found.log,
        "newest": found.newest,
        "pools": pools,
        "keys": from,
        "saved": save,
    });
    let newest = found.newest.map(|time| format!(", the newest over at {time}")).unwrap_or_default();
    let kept = save.map(|folder| format!("\nKept in {}.", folder.display())).unwrap_or_default();
    let text = format!(
        "The ledger of {} holds: {}{newest}, {}, their proofs checked in {}.\n\
         Minted {}, burned {}, inside {} {}. Every epoch is in the log of {} leaves under its signed checkpoint.\n{}{kept}",
        found.market,
        several(epochs, "epoch"),
        several(bundles, "bundle"),
        several(batches, "batch"),
        found.minted,
        found.burned,
        found.balance,
        found.balance.currency().code(),
        found.log,
        from.sentence(),
    );
    out.tell(&document, &text);
}
