//! An open desk: everything a command or a story needs, handed on by reference.
//!
//! Engines (database, clock, chance, prover) are handed in by the program; the desk itself never links one. Parts:
//! [`OpenDesk::keyring`], [`OpenDesk::cabinet`] (private records), [`OpenDesk::market`] (connections to the market, one
//! identity per persona), and the mirror, wallet and mailroom, which borrow the desk.

use crate::asking::Asking;
use crate::cabinet::Cabinet;
use crate::folder::DeskFolder;
use crate::keyring::{self, Keyring, passphrase::Passphrases};
use crate::meeting;
use crate::refusal::Refusal;
use crate::settings::DeskSettings;
use async_trait::async_trait;
use rand::rngs::StdRng;
use std::path::Path;
use std::sync::Arc;
use tacit_ports::chance::Chance;
use tacit_ports::clock::Clock;
use tacit_ports::desk::{DeskStore, DeskStoreFailed};
use tacit_settlement::Proofs;
use tacit_values::Timestamp;
use tacit_wire::client::MarketClient;

/// Opens the desk's database; the program says with which engine.
#[async_trait]
pub trait OpenStore: Send + Sync {
    /// Opens the file, making it when there is none.
    async fn open(&self, file: &Path) -> Result<Arc<dyn DeskStore>, DeskStoreFailed>;
}

/// The engines that a program hands to its desk.
#[derive(Clone)]
pub struct Engines {
    /// The database.
    pub store: Arc<dyn OpenStore>,
    /// The proof system.
    pub proofs: Arc<dyn Proofs>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub chance: Arc<dyn Chance>,
}

impl std::fmt::Debug for Engines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Engines(..)")
    }
}

/// One person's desk, unlocked.
pub struct OpenDesk {
    folder: DeskFolder,
    settings: DeskSettings,
    keyring: Keyring,
    store: Arc<dyn DeskStore>,
    cabinet: Cabinet,
    market: Arc<MarketClient>,
    engines: Engines,
    asking: Asking,
}

impl OpenDesk {
    /// Opens the desk that lies in a folder.
    pub async fn open(
        folder: DeskFolder,
        passphrases: &Passphrases,
        engines: Engines,
    ) -> Result<Self, Refusal> {
        let keyring = keyring::file::open::<Refusal>(&folder, || passphrases.of_keyring())?;
        let settings = DeskSettings::read(&folder)?;
        Self::with_parts(folder, settings, keyring, engines).await
    }

    /// Opens a desk whose keyring is at hand already (after `init`, in tests).
    pub async fn with_parts(
        folder: DeskFolder,
        settings: DeskSettings,
        keyring: Keyring,
        engines: Engines,
    ) -> Result<Self, Refusal> {
        let store = engines.store.open(&folder.database()).await?;
        let cabinet = Cabinet::open(store.clone(), engines.chance.clone(), &keyring.at_rest());
        let market = Arc::new(meeting::client(&settings, &engines)?);
        Ok(Self { folder, settings, keyring, store, cabinet, market, engines, asking: Asking::default() })
    }

    /// Where the desk lies.
    pub fn folder(&self) -> &DeskFolder {
        &self.folder
    }

    /// Which market, which keys.
    pub fn settings(&self) -> &DeskSettings {
        &self.settings
    }

    /// The keys.
    pub fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// Private records.
    pub fn cabinet(&self) -> &Cabinet {
        &self.cabinet
    }

    /// The database: for the mirror's public pages. Private records go through [`OpenDesk::cabinet`].
    pub fn store(&self) -> &dyn DeskStore {
        self.store.as_ref()
    }

    /// The market, over connections that keep personas apart.
    pub fn market(&self) -> &Arc<MarketClient> {
        &self.market
    }

    /// The engines, for parts that outlive a reference.
    pub fn engines(&self) -> &Engines {
        &self.engines
    }

    pub(crate) fn asking(&self) -> &Asking {
        &self.asking
    }

    /// The proof system.
    pub fn proofs(&self) -> &Arc<dyn Proofs> {
        &self.engines.proofs
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        self.engines.clock.now()
    }

    /// The clock, for loops that outlive a reference.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.engines.clock
    }

    /// A generator for one act.
    pub fn rng(&self) -> StdRng {
        self.engines.chance.rng()
    }
}

impl std::fmt::Debug for OpenDesk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenDesk").field("folder", &self.folder).finish_non_exhaustive()
    }
}
