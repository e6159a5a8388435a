//! Downloading a copy: checkpoint, genesis, all leaves of the log, all segments, and the epochs that no segment holds yet.
//!
//! Everything is fetched whole, the same for everybody, so that nobody learns what is going to be looked up in it.

use super::copy::{CHECKPOINT, GENESIS, KEYS, LONGEST_SEGMENT, LedgerCopy, epoch_name, segment_name};
use super::refused;
use crate::refusal::Refusal;
use crate::settings::PinnedKeys;
use indicatif::ProgressBar;
use std::collections::BTreeMap;
use tacit_evidence::log::{Leaf, LeafKind, LogIndex, LogSize, TILE_WIDTH, TilePath};
use tacit_settlement::{EpochLeaf, PoolId, SEGMENT_EPOCHS};
use tacit_values::Epoch;
use tacit_wire::client::MarketClient;

/// What the log says of one pool: how many epochs are closed, and which of them have a file.
#[derive(Default)]
struct Extent {
    closed: u64,
    with_file: Vec<Epoch>,
}

/// Fetches everything that a verification needs into an empty folder. Believes nothing but the checkpoint's signature.
pub async fn download(
    market: &MarketClient,
    keys: &PinnedKeys,
    copy: &LedgerCopy,
    bar: &ProgressBar,
) -> Result<(), Refusal> {
    copy.write(KEYS, &serde_json::to_vec_pretty(keys).expect("keys are plain data and have a JSON form"))?;
    copy.write(CHECKPOINT, &market.mirror().checkpoint().await?)?;
    let checkpoint = copy.checkpoint(&keys.log)?;
    // After the checkpoint: a genesis document only grows, and must name every pool that the log speaks of.
    copy.write(GENESIS, &market.mirror().genesis().await?)?;
    copy.genesis()?;
    let pools = download_log(market, checkpoint.size(), copy, bar).await?;
    for (pool, extent) in &pools {
        download_pool(market, pool, extent, copy, bar).await?;
    }
    Ok(())
}

async fn download_log(
    market: &MarketClient,
    size: LogSize,
    copy: &LedgerCopy,
    bar: &ProgressBar,
) -> Result<BTreeMap<PoolId, Extent>, Refusal> {
    let mut pools: BTreeMap<PoolId, Extent> = BTreeMap::new();
    let mut have = 0;
    bar.set_message("fetching the log");
    bar.set_length(size.0);
    while have < size.0 {
        let until = LogSize(size.0.min(have + TILE_WIDTH));
        let tiles = TilePath::entries(LogIndex(have), until).map_err(|found| refused(found.to_string()))?;
        for tile in &tiles {
            copy.write(&tile.to_string(), &market.mirror().tile(tile).await?)?;
            for bytes in copy.leaves(tile)? {
                note_epoch(&bytes, &mut pools);
            }
        }
        have = until.0;
        bar.set_position(have);
    }
    Ok(pools)
}

fn note_epoch(leaf: &[u8], pools: &mut BTreeMap<PoolId, Extent>) {
    let Ok(Leaf::Clear { kind: LeafKind::Epoch, record }) = Leaf::parse(leaf) else { return };
    let Ok(leaf) = EpochLeaf::decode(&record) else { return };
    let extent = pools.entry(leaf.pool).or_default();
    extent.closed += 1;
    if leaf.file.is_some() {
        extent.with_file.push(leaf.epoch);
    }
}

async fn download_pool(
    market: &MarketClient,
    pool: &PoolId,
    extent: &Extent,
    copy: &LedgerCopy,
    bar: &ProgressBar,
) -> Result<(), Refusal> {
    let whole = extent.closed / SEGMENT_EPOCHS;
    let mut singly_from = Epoch(whole * SEGMENT_EPOCHS);
    bar.set_message("fetching the ledger");
    bar.set_length(extent.closed);
    bar.set_position(0);
    for number in 0..whole {
        if !download_segment(market, pool, number, copy).await? {
            singly_from = Epoch(number * SEGMENT_EPOCHS);
            break;
        }
        bar.set_position((number + 1) * SEGMENT_EPOCHS);
    }
    for epoch in extent.with_file.iter().filter(|epoch| **epoch >= singly_from) {
        copy.write(&epoch_name(pool, *epoch), &market.mirror().epoch(*pool, *epoch).await?)?;
        bar.set_position(epoch.0);
    }
    Ok(())
}

/// Whether the market has put this segment together already.
async fn download_segment(
    market: &MarketClient,
    pool: &PoolId,
    number: u64,
    copy: &LedgerCopy,
) -> Result<bool, Refusal> {
    let name = segment_name(pool, number);
    let mut file = copy.create(&name)?;
    let fetched = market.mirror().segment(*pool, number, LONGEST_SEGMENT, &mut file).await;
    match fetched.map_err(Refusal::from) {
        Ok(_) => Ok(true),
        Err(refusal) if refusal.code == "not-yet" => copy.remove(&name).map(|()| false),
        Err(refusal) => Err(refusal),
    }
}
