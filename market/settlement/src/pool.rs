//! Pools: one per currency and generation, and the genesis document that names them all (settlement.md, What it is).
//!
//! A pool that was rotated names its successor. From that epoch on, notes leave it only into the successor: the operation
//! that is needed when a circuit breaks.

use crate::bytes32::PoolId;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tacit_values::{
    Currency, Digest, Epoch, MAX_SAFE_INTEGER, NotCanonical, Origin, Persona, PersonaKey, Signature,
    Timestamp, canonical,
};

/// The most pools that one genesis document may name.
pub const MAX_POOLS: usize = 256;

impl PoolId {
    /// The name of a market's pool for a currency: SHA-256 of `"tacit/v1/pool" || origin || currency || generation`.
    pub fn of(market: &Origin, currency: Currency, generation: u32) -> Self {
        let parts: [&[u8]; 3] =
            [market.as_str().as_bytes(), currency.code().as_bytes(), &generation.to_be_bytes()];
        Self::from_bytes(*Digest::tagged("pool", &parts).bytes())
    }

    /// The byte that stands before an address of this pool.
    pub const fn tag(&self) -> u8 {
        self.bytes()[0]
    }
}

/// One pool as the genesis document states it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pool {
    /// Its name; follows from market, currency and generation.
    pub pool: PoolId,
    /// What its notes are worth.
    pub currency: Currency,
    /// 0 for the first pool of a currency, one more after each rotation.
    pub generation: u32,
    /// Who signs mints, burns and crossings.
    pub treasury: Persona,
    /// When epoch 0 begins.
    pub genesis_time: Timestamp,
    /// How long an epoch lasts, in whole seconds.
    pub epoch_length_s: u32,
    /// Where its notes went, when it was rotated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub successor: Option<Successor>,
}

/// Where the notes of a rotated pool may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Successor {
    /// The next pool of the same currency.
    pub pool: PoolId,
    /// The first epoch of the old pool that takes nothing but crossings.
    pub from_epoch: Epoch,
}

impl Pool {
    /// The first pool of a currency. Epoch 0 is over at `now`, so that the first mint need not wait for it.
    pub fn open(
        market: &Origin,
        currency: Currency,
        treasury: Persona,
        epoch_length_s: u32,
        now: Timestamp,
    ) -> Self {
        Self::generation(market, currency, 0, treasury, epoch_length_s, now)
    }

    /// The successor of this pool and this pool as it reads from then on. `from_epoch` must lie ahead of the open epoch.
    pub fn rotate(&self, market: &Origin, from_epoch: Epoch, now: Timestamp) -> (Self, Self) {
        let generation = self.generation + 1;
        let next =
            Self::generation(market, self.currency, generation, self.treasury, self.epoch_length_s, now);
        let successor = Some(Successor { pool: next.pool, from_epoch });
        (Self { successor, ..self.clone() }, next)
    }

    fn generation(
        market: &Origin,
        currency: Currency,
        generation: u32,
        treasury: Persona,
        epoch_length_s: u32,
        now: Timestamp,
    ) -> Self {
        let genesis_time = now.minus(Duration::from_secs(u64::from(epoch_length_s)));
        let pool = PoolId::of(market, currency, generation);
        Self { pool, currency, generation, treasury, genesis_time, epoch_length_s, successor: None }
    }

    /// How long an epoch lasts.
    pub const fn epoch_length(&self) -> Duration {
        Duration::from_secs(self.epoch_length_s as u64)
    }

    /// The epoch that a moment lies in: `floor((now - genesis) / length)`, 0 before genesis.
    pub fn epoch_at(&self, now: Timestamp) -> Epoch {
        let length_ms = u64::from(self.epoch_length_s.max(1)) * 1000;
        Epoch(now.millis().saturating_sub(self.genesis_time.millis()) / length_ms)
    }

    /// The moment at which an epoch is over and may be closed.
    pub fn end_of(&self, epoch: Epoch) -> Timestamp {
        let epochs = epoch.0.saturating_add(1);
        self.genesis_time.plus(Duration::from_secs(u64::from(self.epoch_length_s).saturating_mul(epochs)))
    }

    /// Whether notes may only leave in this epoch, and where to.
    pub fn leaves_only_to(&self, epoch: Epoch) -> Option<PoolId> {
        self.successor.filter(|successor| epoch >= successor.from_epoch).map(|successor| successor.pool)
    }
}

/// The document that everybody replays from: the market, its proof system, its pools.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Genesis {
    /// Version of this form: 1.
    pub v: u8,
    /// The market.
    pub market: Origin,
    /// The name of the proof system: `halo2-ironwood-v3` everywhere outside tests.
    pub proofs: String,
    /// Every pool there ever was, oldest first.
    pub pools: Vec<Pool>,
}

/// Why a genesis document cannot be replayed from.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum GenesisRefused {
    /// Another version.
    #[error("the genesis document has version {0}; this program reads version 1: update it")]
    Version(u8),
    /// None, or too many pools.
    #[error("a genesis document names between 1 and {MAX_POOLS} pools")]
    PoolCount,
    /// A pool's name does not follow from market, currency and generation.
    #[error(
        "the name of pool generation {generation} does not follow from the market's address and currency"
    )]
    WrongName {
        /// Its generation.
        generation: u32,
    },
    /// An epoch of no time or of more than a day.
    #[error("an epoch lasts between 1 second and 1 day")]
    EpochLength,
    /// Generations of a currency are not 0, 1, 2, ... each leading to the next under one treasury.
    #[error("the pools of one currency must lead from generation to generation under one treasury")]
    BrokenLine,
    /// The signature is not the treasury's.
    #[error("the genesis document is not signed by the treasury that it names")]
    Signature,
    /// The document has no canonical form.
    #[error("the genesis document cannot be written canonically")]
    NotCanonical(#[from] NotCanonical),
}

impl Genesis {
    /// A market's first document.
    pub fn new(market: Origin, proofs: &str, pool: Pool) -> Self {
        Self { v: 1, market, proofs: proofs.to_owned(), pools: vec![pool] }
    }

    /// Whether every statement follows from the others; signatures are [`SignedGenesis::open`]'s.
    pub fn check(&self) -> Result<(), GenesisRefused> {
        if self.v != 1 {
            return Err(GenesisRefused::Version(self.v));
        }
        if self.pools.is_empty() || self.pools.len() > MAX_POOLS {
            return Err(GenesisRefused::PoolCount);
        }
        for pool in &self.pools {
            if pool.pool != PoolId::of(&self.market, pool.currency, pool.generation) {
                return Err(GenesisRefused::WrongName { generation: pool.generation });
            }
            if pool.epoch_length_s == 0 || pool.epoch_length_s > 86_400 {
                return Err(GenesisRefused::EpochLength);
            }
            self.check_line(pool)?;
        }
        Ok(())
    }

    fn check_line(&self, pool: &Pool) -> Result<(), GenesisRefused> {
        let of_currency = || self.pools.iter().filter(|other| other.currency == pool.currency);
        let same = of_currency().filter(|other| other.generation == pool.generation).count();
        let next = of_currency().find(|other| Some(other.generation) == pool.generation.checked_add(1));
        let previous = of_currency().any(|other| other.generation.checked_add(1) == Some(pool.generation));
        let leads_on = match (&pool.successor, next) {
            (None, None) => true,
            (Some(successor), Some(next)) => {
                successor.pool == next.pool
                    && next.treasury == pool.treasury
                    && successor.from_epoch.0 <= MAX_SAFE_INTEGER
            }
            _ => false,
        };
        if same == 1 && leads_on && (previous || pool.generation == 0) {
            Ok(())
        } else {
            Err(GenesisRefused::BrokenLine)
        }
    }

    /// The pool of that name.
    pub fn pool(&self, id: &PoolId) -> Option<&Pool> {
        self.pools.iter().find(|pool| pool.pool == *id)
    }

    /// The pool that takes payments of a currency: the newest generation.
    pub fn current(&self, currency: Currency) -> Option<&Pool> {
        self.pools.iter().filter(|pool| pool.currency == currency).max_by_key(|pool| pool.generation)
    }

    /// Opens a successor for a pool: notes may only cross from `from_epoch` on.
    pub fn rotate(&mut self, id: &PoolId, from_epoch: Epoch, now: Timestamp) -> Result<Pool, GenesisRefused> {
        let market = self.market.clone();
        let pool = self
            .pools
            .iter_mut()
            .find(|pool| pool.pool == *id && pool.successor.is_none())
            .ok_or(GenesisRefused::BrokenLine)?;
        let (old, next) = pool.rotate(&market, from_epoch, now);
        *pool = old;
        self.pools.push(next.clone());
        Ok(next)
    }

    /// The document under the treasury's signature.
    pub fn sign(self, treasury: &PersonaKey) -> Result<SignedGenesis, GenesisRefused> {
        let signature = treasury.sign("genesis", &[&canonical(&self)?]);
        Ok(SignedGenesis { genesis: self, signature })
    }
}

/// A genesis document with the signature of its first pool's treasury.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedGenesis {
    genesis: Genesis,
    #[serde(rename = "sig")]
    signature: Signature,
}

impl SignedGenesis {
    /// The document, once statements and signature are checked.
    pub fn open(&self) -> Result<&Genesis, GenesisRefused> {
        self.genesis.check()?;
        let bytes = canonical(&self.genesis)?;
        let treasury = &self.genesis.pools[0].treasury;
        treasury.verify("genesis", &[&bytes], &self.signature).map_err(|_| GenesisRefused::Signature)?;
        Ok(&self.genesis)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn market() -> Origin {
        "http://127.0.0.1:4300".parse().unwrap()
    }

    fn genesis() -> (PersonaKey, Genesis) {
        let treasury = PersonaKey::from_seed(&[9; 32]);
        let now = Timestamp::from_secs(1_000_000);
        let pool = Pool::open(&market(), Currency::TestUsd, treasury.persona(), 15, now);
        (treasury, Genesis::new(market(), "halo2-ironwood-v3", pool))
    }

    #[test]
    fn a_pool_is_named_by_market_currency_and_generation() {
        let id = PoolId::of(&market(), Currency::TestUsd, 1);
        assert_eq!(*id.bytes(), *Digest::of(b"tacit/v1/poolhttp://127.0.0.1:4300tUSD\0\0\0\x01").bytes());
    }

    #[test]
    fn epoch_zero_is_over_when_a_pool_opens() {
        let (_, genesis) = genesis();
        let pool = &genesis.pools[0];
        let now = Timestamp::from_secs(1_000_000);
        assert_eq!(pool.epoch_at(now), Epoch(1));
        assert_eq!(pool.epoch_at(now.plus(Duration::from_millis(14_999))), Epoch(1));
        assert_eq!(pool.epoch_at(now.plus(Duration::from_secs(15))), Epoch(2));
        assert_eq!(pool.end_of(Epoch(0)), now);
        assert_eq!(pool.epoch_at(Timestamp::EPOCH_1970), Epoch(0));
    }

    #[test]
    fn a_signed_genesis_reads_back_and_a_changed_one_does_not() {
        let (treasury, genesis) = genesis();
        let signed = genesis.clone().sign(&treasury).unwrap();
        let json = serde_json::to_string(&signed).unwrap();
        let back: SignedGenesis = serde_json::from_str(&json).unwrap();
        assert_eq!(back.open(), Ok(&genesis));
        let longer: SignedGenesis =
            serde_json::from_str(&json.replace("\"epoch_length_s\":15", "\"epoch_length_s\":16")).unwrap();
        assert_eq!(longer.open(), Err(GenesisRefused::Signature));
    }

    #[test]
    fn a_rotated_pool_leads_to_its_successor_and_to_nothing_else() {
        let (_, mut genesis) = genesis();
        let old = genesis.pools[0].pool;
        let next = genesis.rotate(&old, Epoch(128), Timestamp::from_secs(2_000_000)).unwrap();
        assert_eq!(genesis.check(), Ok(()));
        assert_eq!(genesis.current(Currency::TestUsd), Some(&next));
        assert_eq!(genesis.pools[0].leaves_only_to(Epoch(127)), None);
        assert_eq!(genesis.pools[0].leaves_only_to(Epoch(128)), Some(next.pool));
        assert_eq!(
            genesis.rotate(&old, Epoch(128), Timestamp::from_secs(2_000_000)),
            Err(GenesisRefused::BrokenLine)
        );
        let mut foreign = genesis.clone();
        foreign.pools[1].treasury = PersonaKey::from_seed(&[8; 32]).persona();
        assert_eq!(foreign.check(), Err(GenesisRefused::BrokenLine));
        let mut renamed = genesis;
        renamed.pools[0].pool = next.pool;
        assert_eq!(renamed.check(), Err(GenesisRefused::WrongName { generation: 0 }));
    }
}
