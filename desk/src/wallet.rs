//! The wallet: this desk's money, found by decrypting the mirrored ledger and stored in sealed pieces.
//!
//! The room `settlement` decides; here are storage, following, and the turns that several terminals of one desk take.
//! The market is never asked for "my" notes. Sending is in [`payment`].

mod cross;
pub mod crossing;
pub mod payment;
mod record;
mod send;
mod settle;
pub(crate) mod shortage;

pub use crossing::{Crossed, Crossing, CrossingPace, CrossingWaits};
pub use payment::{Ended, Landed, PaymentIntent, PaymentOutcome, PaymentStep, Terms};
pub use send::TellStep;

use crate::cabinet::{Change, Drawer};
use crate::folder::{HeldTurn, Turn};
use crate::mirror::{Followed, FollowedPool};
use crate::open::OpenDesk;
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};
use tacit_settlement::wallet::WalletNote;
use tacit_settlement::wallet::{AnonymitySet, Balance, HistoryEntry, PieceName};
use tacit_settlement::{
    Account, Address, ClosedEpoch, EpochFile, EpochLeaf, Pool, PoolId, WalletKeys, WalletState,
};
use tacit_values::{Currency, Epoch, OrderId, Timestamp};

const PIECES: Drawer = Drawer("wallet");
const ADDRESSES: Drawer = Drawer("wallet-addresses");
const MADE: Drawer = Drawer("made");
/// Epoch files that are read and decrypted before the wallet is written.
const FILES_AT_ONCE: usize = 64;

/// A desk's wallet. Cheap to make; all state is in the desk's store.
#[derive(Debug, Clone, Copy)]
pub struct Wallet<'a> {
    desk: &'a OpenDesk,
}

/// What a wallet holds in one pool.
#[derive(Debug, Clone)]
pub struct WalletView {
    /// The pool.
    pub pool: Pool,
    /// The newest epoch that was followed.
    pub epoch: Option<Epoch>,
    /// What it holds.
    pub balance: Balance,
    /// Among how many a payment hides now.
    pub anonymity: AnonymitySet,
    /// What happened, oldest first.
    pub history: Vec<HistoryEntry>,
}

/// When and how a desk was made: a fresh one need not decrypt what is older than itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Made {
    pub(crate) at: Timestamp,
    pub(crate) restored: bool,
}

impl OpenDesk {
    /// The wallet.
    pub fn wallet(&self) -> Wallet<'_> {
        Wallet { desk: self }
    }

    /// The wallet's keys in one pool.
    pub fn wallet_keys(&self, pool: PoolId) -> WalletKeys {
        WalletKeys::from_seed(&self.keyring().ledger_seed(), pool)
    }

    pub(crate) async fn note_made(&self, restored: bool) -> Result<(), Refusal> {
        Ok(self.cabinet().put(MADE, "", &Made { at: self.now(), restored }).await?)
    }
}

impl<'a> Wallet<'a> {
    /// Follows market, log and ledger to their newest state, then the wallet in every pool.
    pub async fn sync(&self) -> Result<Vec<WalletView>, Refusal> {
        let followed = self.desk.mirror().follow().await?;
        self.sync_over(&followed).await
    }

    /// Follows what the mirror holds already.
    pub async fn sync_over(&self, followed: &Followed) -> Result<Vec<WalletView>, Refusal> {
        for pool in &followed.pools {
            let _turn = self.turn().await?;
            self.catch_up(pool).await?;
        }
        // What the ledger says about payments under way may free notes: only then is the balance true.
        self.settle_records().await?;
        self.as_known().await
    }

    /// What was known at the last sync, without asking anybody.
    pub async fn as_known(&self) -> Result<Vec<WalletView>, Refusal> {
        let mut views = Vec::new();
        for followed in self.desk.mirror().pools().await? {
            if let Some(state) = self.load(&followed.pool).await? {
                views.push(self.view(&followed.pool, &state));
            }
        }
        Ok(views)
    }

    /// The pool that takes payments of a currency, as far as the mirror knows.
    pub async fn current_pool(&self, currency: Currency) -> Result<Pool, Refusal> {
        let genesis = self.desk.mirror().genesis().await?;
        let pool = genesis.and_then(|genesis| genesis.current(currency).cloned());
        pool.ok_or_else(|| {
            let sentence = format!("this market has no pool of {currency}, or was never met");
            Refusal::new("no-pool", sentence, "Run `tacit wallet` while the market is reachable.")
                .in_pages("Open the wallet while the market is reachable.")
        })
    }

    /// An address that was never given out: for topping up, and for being paid by hand.
    pub async fn fresh_address(&self, currency: Currency) -> Result<Address, Refusal> {
        let pool = self.current_pool(currency).await?;
        let _turn = self.turn().await?;
        let name = pool.pool.to_string();
        let given = self.desk.cabinet().get::<u32>(ADDRESSES, &name).await?.map_or(0, |kept| kept.value);
        self.desk.cabinet().put(ADDRESSES, &name, &(given + 1)).await?;
        Ok(self.desk.wallet_keys(pool.pool).address(Account::Spending, given))
    }

    /// Where the payment of one order goes: the seller's, on the income account. Found again from the words.
    pub fn order_address(&self, pool: PoolId, order: &OrderId) -> Address {
        self.desk.wallet_keys(pool).order_address(Account::Income, order)
    }

    /// Where a refund of one order goes: the buyer's, on the spending account.
    pub fn refund_address(&self, pool: PoolId, order: &OrderId) -> Address {
        self.desk.wallet_keys(pool).order_address(Account::Spending, order)
    }

    /// A note that this wallet received, by its position: how a payee sees that it was paid.
    pub async fn note_at(&self, pool: &Pool, position: u64) -> Result<Option<WalletNote>, Refusal> {
        Ok(self.load(pool).await?.and_then(|state| state.note(position).cloned()))
    }

    pub(crate) async fn turn(&self) -> Result<HeldTurn, Refusal> {
        self.desk.folder().turn(Turn::Wallet).await
    }

    /// The stored wallet of a pool; `None` before the first sync.
    pub(crate) async fn load(&self, pool: &Pool) -> Result<Option<WalletState>, Refusal> {
        let prefix = format!("{}/", pool.pool);
        let mut pieces = Vec::new();
        for kept in self.desk.cabinet().list_bytes(PIECES).await? {
            if let Some(name) = kept.name.strip_prefix(&prefix) {
                pieces.push((name.parse::<PieceName>().map_err(damaged)?, kept.value));
            }
        }
        if pieces.is_empty() {
            return Ok(None);
        }
        WalletState::from_pieces(pool, pieces).map(Some).map_err(damaged)
    }

    /// Writes the pieces that changed. The caller holds the wallet's turn.
    pub(crate) async fn store(&self, state: &mut WalletState, pool: &Pool) -> Result<(), Refusal> {
        let mut change = self.desk.cabinet().change();
        put_pieces(&mut change, state, pool);
        let _unguarded = self.desk.cabinet().write(change).await?;
        Ok(())
    }

    /// Brings the wallet of one pool up to the mirror. The caller holds the wallet's turn.
    pub(crate) async fn catch_up(&self, followed: &FollowedPool) -> Result<WalletState, Refusal> {
        let pool = &followed.pool;
        let mut state = match self.load(pool).await? {
            Some(state) => state,
            None => WalletState::new(pool, self.birthday(pool).await?),
        };
        let Some(newest) = followed.newest else { return Ok(state) };
        while state.next_epoch() <= newest.epoch {
            let files = self.desk.mirror().epoch_files(&pool.pool, state.next_epoch(), FILES_AT_ONCE).await?;
            let files: Vec<_> =
                files.into_iter().filter(|closed| closed.leaf.epoch <= newest.epoch).collect();
            let last = if files.len() < FILES_AT_ONCE {
                newest.epoch
            } else {
                files.last().map_or(newest.epoch, |closed| closed.leaf.epoch)
            };
            state = self.follow_files(pool, state, files, last).await?;
            self.store(&mut state, pool).await?;
        }
        if !state.release_expired(newest.epoch).is_empty() {
            self.store(&mut state, pool).await?;
        }
        Ok(state)
    }

    /// Follows these epochs and the empty ones between them, up to `last`, on the blocking pool.
    async fn follow_files(
        &self,
        pool: &Pool,
        mut state: WalletState,
        files: Vec<ClosedEpoch>,
        last: Epoch,
    ) -> Result<WalletState, Refusal> {
        let keys = self.desk.wallet_keys(pool.pool);
        let pool = pool.clone();
        let followed = tokio::task::spawn_blocking(move || {
            for closed in files {
                follow_empty(&mut state, &keys, &pool, closed.leaf.epoch)?;
                let bytes = closed.file.ok_or_else(|| damaged("an epoch without its file"))?;
                let file = EpochFile::decode(&bytes).map_err(damaged)?;
                state.follow(&keys, &closed.leaf, Some(&file)).map_err(damaged)?;
            }
            follow_empty(&mut state, &keys, &pool, last.next())?;
            Ok(state)
        });
        followed.await.expect("following the ledger does not panic")
    }

    async fn birthday(&self, pool: &Pool) -> Result<Epoch, Refusal> {
        let made = self.desk.cabinet().get::<Made>(MADE, "").await?;
        Ok(match made {
            // One epoch earlier, for clocks that lie apart by less than they may.
            Some(made) if !made.value.restored => {
                let tolerated = std::time::Duration::from_secs(120);
                pool.epoch_at(made.value.at.minus(tolerated))
            }
            _ => Epoch::GENESIS,
        })
    }

    fn view(&self, pool: &Pool, state: &WalletState) -> WalletView {
        WalletView {
            pool: pool.clone(),
            epoch: state.newest_epoch(),
            balance: state.balance(),
            anonymity: state.anonymity_set(self.desk.now()),
            history: state.history().to_vec(),
        }
    }
}

/// Adds the pieces that changed to a change of the cabinet.
fn put_pieces(change: &mut Change<'_>, state: &mut WalletState, pool: &Pool) {
    for (name, bytes) in state.changed_pieces() {
        change.put_bytes(PIECES, &format!("{}/{name}", pool.pool), &bytes);
    }
}

/// Follows the empty epochs before `until`: their leaves change nothing but the number and the time.
fn follow_empty(
    state: &mut WalletState,
    keys: &WalletKeys,
    pool: &Pool,
    until: Epoch,
) -> Result<(), Refusal> {
    while state.next_epoch() < until {
        let epoch = state.next_epoch();
        let time = pool.end_of(epoch);
        let tree_size = state.anonymity_set(time).notes;
        let leaf =
            EpochLeaf { v: 1, pool: pool.pool, epoch, time, root: state.anchor(), tree_size, file: None };
        state.follow(keys, &leaf, None).map_err(damaged)?;
    }
    Ok(())
}

fn damaged(what: impl std::fmt::Display) -> Refusal {
    Refusal::new(
        "damaged-wallet",
        format!("the stored wallet does not fit the ledger ({what})"),
        "Nothing is lost: the words bring the money back. Run `tacit init --restore` in a new folder.",
    )
    .in_pages("Nothing is lost: bring the desk back from its 24 words in a new folder.")
}
