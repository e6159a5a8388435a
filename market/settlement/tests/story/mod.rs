//! A market with a treasury and people with wallets, for the tests of this room. Proofs are assumed, signatures are not.

#![allow(clippy::unwrap_used, reason = "a story that does not hold should stop at once")]
#![allow(unreachable_pub, reason = "the story is shared by three test programs")]
#![allow(dead_code, reason = "each test file uses its part of the story")]

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use tacit_assumed::AssumeProof;
use tacit_settlement::wallet::Payment;
use tacit_settlement::{
    Account, Address, BundleRefused, BurnRecord, ClearRecord, ClosedEpoch, EpochFile, Genesis, Ledger,
    LedgerEntry, LedgerFacts, MintRecord, Pool, SettlementBundle, TermsTag, WalletKeys, WalletState,
    build_mint, wallet::Plan,
};
use tacit_values::{Currency, Epoch, Money, Origin, PersonaKey, Timestamp};

pub const PROOFS: AssumeProof = AssumeProof;

pub fn tusd(text: &str) -> Money {
    Money::parse(text, Currency::TestUsd).unwrap()
}

pub fn origin() -> Origin {
    "http://127.0.0.1:4300".parse().unwrap()
}

pub struct Town {
    pub genesis: Genesis,
    pub treasury: PersonaKey,
    pub ledger: Ledger,
    pub closed: Vec<ClosedEpoch>,
    pub rng: ChaCha20Rng,
}

impl Town {
    pub fn new(seed: u64) -> Self {
        let treasury = PersonaKey::from_seed(&[9; 32]);
        let now = Timestamp::from_secs(1_795_176_000);
        let pool = Pool::open(&origin(), Currency::TestUsd, treasury.persona(), 15, now);
        let genesis = Genesis::new(origin(), "assumed", pool.clone());
        let (ledger, first) = Ledger::new(pool);
        Self { genesis, treasury, ledger, closed: vec![first], rng: ChaCha20Rng::seed_from_u64(seed) }
    }

    pub fn pool(&self) -> Pool {
        self.ledger.pool().clone()
    }

    pub fn expiry(&self) -> Epoch {
        self.ledger.open_epoch().usual_expiry()
    }

    pub fn mint_bundle(&mut self, to: Address, amount: &str) -> SettlementBundle {
        let expiry = self.expiry();
        let mut payment = build_mint(&self.pool(), &[(to, tusd(amount))], expiry, &mut self.rng).unwrap();
        use tacit_settlement::Proofs;
        PROOFS.prove(&mut payment, &mut self.rng).unwrap();
        payment.finish(&mut self.rng).unwrap()
    }

    pub fn mint_entry(&mut self, to: Address, amount: &str) -> LedgerEntry {
        let bundle = self.mint_bundle(to, amount);
        let record = MintRecord::sign(tusd(amount), &bundle, &self.treasury).unwrap();
        LedgerEntry { bundle, record: Some(ClearRecord::Mint(record)) }
    }

    pub fn burn_entry(&self, bundle: SettlementBundle, amount: Money) -> LedgerEntry {
        let record = BurnRecord::sign(amount, &bundle, &self.treasury).unwrap();
        LedgerEntry { bundle, record: Some(ClearRecord::Burn(record)) }
    }

    pub fn apply(&mut self, entries: &[LedgerEntry]) -> Vec<Result<(), BundleRefused>> {
        self.ledger.apply(entries, &PROOFS, &mut self.rng)
    }

    pub fn take(&mut self, entry: LedgerEntry) {
        assert_eq!(self.apply(&[entry]), [Ok(())]);
    }

    pub fn close(&mut self) {
        self.closed.push(self.ledger.close_epoch().unwrap());
    }

    pub fn mint(&mut self, to: Address, amount: &str) {
        let entry = self.mint_entry(to, amount);
        self.take(entry);
        self.close();
    }
}

pub struct Person {
    pub keys: WalletKeys,
    pub wallet: WalletState,
}

impl Person {
    pub fn new(town: &Town, seed: u8) -> Self {
        let pool = town.pool();
        let keys = WalletKeys::from_seed(&[seed; 32], pool.pool);
        Self { keys, wallet: WalletState::new(&pool, Epoch::GENESIS) }
    }

    pub fn address(&self, number: u32) -> Address {
        self.keys.address(Account::Spending, number)
    }

    pub fn sync(&mut self, town: &Town) {
        let from = self.wallet.next_epoch().0 as usize;
        for closed in &town.closed[from..] {
            let file = closed.file.as_deref().map(|bytes| EpochFile::decode(bytes).unwrap());
            self.wallet.follow(&self.keys, &closed.leaf, file.as_ref()).unwrap();
        }
    }

    pub fn payment(&self, town: &mut Town, to: Address, amount: &str) -> Payment {
        let terms_tag = TermsTag::random(&mut town.rng);
        Payment { to, amount: tusd(amount), terms_tag, valid_until: town.expiry() }
    }

    /// Plans, builds, proves and signs; reserves nothing.
    pub fn bundle(&self, town: &mut Town, to: Address, amount: &str) -> SettlementBundle {
        let Plan::Pay(notes) = self.wallet.plan(tusd(amount)) else { panic!("notes for {amount}") };
        let payment = self.payment(town, to, amount);
        self.bundle_from(town, &notes, &payment)
    }

    pub fn bundle_from(&self, town: &mut Town, notes: &[u64], payment: &Payment) -> SettlementBundle {
        let unproven = self.wallet.build_payment(&self.keys, notes, payment, &mut town.rng).unwrap();
        unproven.complete(&self.keys, &PROOFS, &mut town.rng).unwrap()
    }

    pub fn pay(&mut self, town: &mut Town, to: Address, amount: &str) {
        let bundle = self.bundle(town, to, amount);
        town.take(LedgerEntry::transfer(bundle));
        town.close();
        self.sync(town);
    }

    pub fn free(&self) -> String {
        self.wallet.balance().free.to_string()
    }
}

/// A person with one minted note.
pub fn funded(town: &mut Town, seed: u8, amount: &str) -> Person {
    let mut person = Person::new(town, seed);
    town.mint(person.address(0), amount);
    person.sync(town);
    person
}
