//! `tacit verify FILE...`: reads the documents, gathers what they are checked against, and tells what was found.

use super::{VerifyArgs, Verifying, no_keys};
use crate::keyring::file::needs_passphrase;
use crate::keyring::passphrase::Passphrases;
use crate::open::OpenDesk;
use crate::output::Output;
use crate::refusal::Refusal;
use crate::story::receipts::MirroredLedger;
use crate::verify::copy::{LedgerCopy, PassingCopy};
use crate::verify::documents::{self, Document, Finding, Relying};
use crate::verify::keys::{KeysFrom, TrustedKeys};
use crate::verify::ledger::epochs_of;
use serde_json::{Value, json};
use std::path::PathBuf;
use tacit_evidence::receipt::LedgerClaim;
use tacit_settlement::PoolId;
use tacit_values::Digest;

pub(super) async fn verify(
    verifying: &Verifying<'_>,
    passphrases: &Passphrases,
    args: &VerifyArgs,
    out: &mut Output,
) -> Result<(), Refusal> {
    let mut read = Vec::new();
    for path in &args.documents {
        read.push((path.clone(), documents::read(path)?));
    }
    let given = read.len();
    let in_question = match (&args.sources.market, &args.sources.files) {
        (Some(market), _) => Some(market.clone()),
        (None, Some(files)) => Some(LedgerCopy::at(files).genesis()?.market),
        (None, None) => None,
    };
    let trusted = verifying.keys(in_question.as_ref()).await?.ok_or_else(no_keys)?;
    add_manifests(verifying, &mut read).await?;
    let claims: Vec<LedgerClaim> =
        read.iter().flat_map(|(_, document)| document.ledger_claims().to_vec()).collect();
    let ledger = ledger_at_hand(verifying, passphrases, &trusted, &claims, out).await?;
    let (seller, now, from) = (args.seller, verifying.engines.clock.now(), trusted.from);
    let asked = args.to.clone().zip(args.nonce.clone());
    let found = tokio::task::spawn_blocking(move || {
        let asked = asked.as_ref().map(|(audience, nonce)| (audience.as_str(), nonce.as_str()));
        documents::check(&read, &Relying { keys: &trusted, seller, asked, now }, &ledger)
    })
    .await
    .expect("checking documents does not panic")?;
    let texts: Vec<String> = found.iter().take(given).map(Finding::text).collect();
    let text = format!("{}\n{}", texts.join("\n\n"), from.sentence());
    let mut shown: Vec<Value> = found.into_iter().take(given).map(|found| found.document).collect();
    for (document, path) in shown.iter_mut().zip(&args.documents) {
        document["file"] = json!(path);
        document["keys"] = json!(from);
    }
    match <[Value; 1]>::try_from(shown) {
        Ok([only]) => out.tell(&only, &text),
        Err(several) => out.tell(&json!({"ok": true, "documents": several}), &text),
    }
    Ok(())
}

/// Fetches the manifests of samples that came without them, where a market was named.
async fn add_manifests(
    verifying: &Verifying<'_>,
    read: &mut Vec<(PathBuf, Document)>,
) -> Result<(), Refusal> {
    let Some(market) = &verifying.sources.market else { return Ok(()) };
    let wanted: Vec<Digest> = read.iter().filter_map(|(_, document)| document.sampled_manifest()).collect();
    for digest in wanted {
        let at_hand =
            |document: &Document| matches!(document, Document::Manifest(view) if view.digest == digest);
        if read.iter().any(|(_, document)| at_hand(document)) {
            continue;
        }
        let view = verifying.client(market)?.singly()?.manifest(digest).await?;
        read.push((PathBuf::from(format!("manifest {digest}")), Document::Manifest(Box::new(view))));
    }
    Ok(())
}

/// The epochs that receipts point at: from a copy, from a whole download, or from a desk that opens without asking.
async fn ledger_at_hand(
    verifying: &Verifying<'_>,
    passphrases: &Passphrases,
    trusted: &TrustedKeys,
    claims: &[LedgerClaim],
    out: &mut Output,
) -> Result<MirroredLedger, Refusal> {
    if claims.is_empty() {
        return Ok(MirroredLedger::default());
    }
    let (passing, copy);
    if let Some(files) = &verifying.sources.files {
        (passing, copy) = (None, LedgerCopy::at(files));
    } else if let Some(market) = &verifying.sources.market {
        let made = PassingCopy::make(verifying.engines.chance.seed())?;
        out.remark(
            "Fetching the whole ledger, so that the market does not learn which payment is looked up.",
        );
        verifying.fetch(market, trusted, made.copy(), out).await?;
        copy = made.copy().clone();
        passing = Some(made);
    } else {
        return own_mirror(verifying, passphrases, trusted, claims, out).await;
    }
    let wanted: Vec<_> =
        claims.iter().map(|claim| (PoolId::from_bytes(*claim.pool.bytes()), claim.epoch)).collect();
    let keys = trusted.keys.clone();
    let closed = tokio::task::spawn_blocking(move || epochs_of(&copy, &keys, &wanted))
        .await
        .expect("reading a copy does not panic")?;
    drop(passing);
    let named = closed.into_iter().map(|closed| (Digest::from_bytes(*closed.leaf.pool.bytes()), closed));
    Ok(MirroredLedger::of(named.collect()))
}

async fn own_mirror(
    verifying: &Verifying<'_>,
    passphrases: &Passphrases,
    trusted: &TrustedKeys,
    claims: &[LedgerClaim],
    out: &mut Output,
) -> Result<MirroredLedger, Refusal> {
    let asks = match needs_passphrase(verifying.folder) {
        Ok(needs) => needs && passphrases.file.is_none(),
        Err(_) => return Ok(MirroredLedger::default()),
    };
    if asks || trusted.from != KeysFrom::Desk {
        return Ok(MirroredLedger::default());
    }
    match OpenDesk::open(verifying.folder.clone(), passphrases, verifying.engines.clone()).await {
        Ok(desk) => desk.ledger_witness(claims).await,
        Err(refusal) => {
            out.remark(&format!("The desk's own mirror is not used: {refusal}"));
            Ok(MirroredLedger::default())
        }
    }
}
