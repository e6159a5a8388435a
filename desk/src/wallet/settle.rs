//! What the ledger says about payments under way: landed, ended, or neither yet. Asked at every sync.

use super::payment::{Ended, Landed};
use super::record::{self, Begun, Finished, PAYMENTS, Record};
use super::{Wallet, put_pieces};
use crate::refusal::Refusal;
use tacit_settlement::wallet::NoteState;
use tacit_settlement::{EpochFile, EpochLeaf, Pool, SettlementBundle, WalletState};
use tacit_values::Epoch;

impl Wallet<'_> {
    /// Goes through all payments under way: what landed is written down, what can no longer land is ended, and notes that a
    /// dead process had reserved without finishing its bundle are free again.
    pub(super) async fn settle_records(&self) -> Result<(), Refusal> {
        let under_way = record::all(self.desk).await?;
        for kept in under_way {
            match &kept.value {
                Record::Reserved(begun) => self.free_the_dead(&kept.name, begun).await?,
                Record::Proven(begun, finished) => self.settle(&kept.name, begun, finished).await?,
                Record::Merged | Record::Landed(_) | Record::Crossed(_) | Record::Ended(_) => {}
            }
        }
        Ok(())
    }

    /// A reserved payment that nobody works on: whoever did died while proving, and its bundle never left this desk.
    async fn free_the_dead(&self, id: &str, begun: &Begun) -> Result<(), Refusal> {
        // A merge is worked on under the name of the payment that it is for, a crossing under the name of its pool.
        let part = id.split_once("/merge/").or_else(|| id.split_once("/part/"));
        let owner = part.map_or(id, |(owner, _)| owner);
        let Some(_claim) = self.desk.folder().claim_if_free(owner)? else { return Ok(()) };
        let _turn = self.turn().await?;
        if record::read(self.desk, id).await?.as_ref() != Some(&Record::Reserved(begun.clone())) {
            return Ok(());
        }
        let Some((pool, mut state)) = self.state_of(begun).await? else { return Ok(()) };
        state.release_unsent(&begun.notes);
        let mut change = self.desk.cabinet().change();
        put_pieces(&mut change, &mut state, &pool);
        change.remove(PAYMENTS, id);
        let _unguarded = self.desk.cabinet().write(change).await?;
        Ok(())
    }

    async fn settle(&self, id: &str, begun: &Begun, finished: &Finished) -> Result<(), Refusal> {
        let Some((pool, state)) = self.state_of(begun).await? else { return Ok(()) };
        let spent = begun.notes.iter().find_map(|position| match state.note(*position)?.state {
            NoteState::Spent { epoch } => Some(epoch),
            NoteState::Unspent | NoteState::InFlight { .. } => None,
        });
        let outcome = match spent {
            Some(epoch) => self.look_at(&pool, epoch, begun, finished).await?,
            None if state.newest_epoch().is_some_and(|newest| newest > begun.valid_until) => {
                Some(Record::Ended(Ended::Expired { until: begun.valid_until }))
            }
            None => return Ok(()),
        };
        match outcome {
            Some(outcome) => Ok(self.desk.cabinet().put(PAYMENTS, id, &outcome).await?),
            None => Ok(()),
        }
    }

    /// A note of the payment was spent in this epoch: by the payment, or by another wallet with the same words. `None` while
    /// one half of a crossing is still to come.
    async fn look_at(
        &self,
        pool: &Pool,
        epoch: Epoch,
        begun: &Begun,
        finished: &Finished,
    ) -> Result<Option<Record>, Refusal> {
        let closed = self.desk.mirror().epoch_file(&pool.pool, epoch).await?;
        let file = closed
            .as_ref()
            .and_then(|closed| Some((closed.leaf, EpochFile::decode(closed.file.as_ref()?).ok()?)));
        let Some((leaf, file)) = file else { return Err(super::damaged("an epoch is missing")) };
        let Some((first, bundle)) = find(&leaf, &file, finished) else {
            return Ok(Some(Record::Ended(Ended::SpentElsewhere { epoch })));
        };
        if let (Some(crosses), Some(enters)) = (&begun.crosses, &finished.enters) {
            let crossed = self.entered(begun.pool, crosses, bundle.digest(), epoch, enters).await?;
            return Ok(crossed.map(Record::Crossed));
        }
        if begun.to.is_none() {
            return Ok(Some(Record::Merged));
        }
        let keys = self.desk.wallet_keys(pool.pool);
        let opening = keys.recover_output(bundle, finished.action, pool.currency);
        let output_key = keys.output_key(bundle, finished.action);
        let (Some(opening), Some(output_key)) = (opening, output_key) else {
            return Err(super::damaged("an own payment does not open"));
        };
        Ok(Some(Record::Landed(Landed {
            pool: pool.pool,
            epoch,
            position: first + finished.action as u64,
            bundle: bundle.digest(),
            terms_tag: finished.terms_tag,
            blind: begun.blind,
            opening,
            output_key,
        })))
    }

    async fn state_of(&self, begun: &Begun) -> Result<Option<(Pool, WalletState)>, Refusal> {
        let genesis = self.desk.mirror().genesis().await?;
        let Some(pool) = genesis.and_then(|genesis| genesis.pool(&begun.pool).cloned()) else {
            return Ok(None);
        };
        Ok(self.load(&pool).await?.map(|state| (pool, state)))
    }
}

/// The payment's bundle in the file: same tag, same nullifiers.
fn find<'f>(
    leaf: &EpochLeaf,
    file: &'f EpochFile,
    finished: &Finished,
) -> Option<(u64, &'f SettlementBundle)> {
    let bundles = file.entries.iter().map(|entry| &entry.bundle);
    let ours = bundles.into_iter().find(|bundle| {
        bundle.terms_tag() == finished.terms_tag
            && finished.nullifiers.iter().copied().eq(bundle.nullifiers())
    })?;
    Some((file.position_of(&ours.digest(), leaf.tree_size)?, ours))
}
