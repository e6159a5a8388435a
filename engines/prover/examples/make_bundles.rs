//! Makes `vectors/settlement/bundles-64.bin`: 64 distinct real bundles in the ledger that they make, from a seed.
//!
//! `cargo run -p tacit-prover --example make_bundles [FILE]` takes about six minutes of processor time. The file is
//! `length u32be || signed genesis document as JSON || segment 0`. Eight people are minted a note each and then pay one
//! another in rounds; the last bundle takes value out of the pool.

#![expect(clippy::unwrap_used, reason = "a vector that does not come about should stop at once")]

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use tacit_prover::{Halo2, WarmUp};
use tacit_settlement::{
    Account, BurnRecord, ClearRecord, ClosedEpoch, EpochFile, Genesis, Ledger, LedgerEntry, LedgerFacts,
    MintRecord, Payment, Plan, Pool, Proofs, SEGMENT_EPOCHS, TermsTag, WalletKeys, WalletState, build_mint,
    write_segment,
};
use tacit_values::{Currency, Epoch, Money, PersonaKey, Timestamp};

const PEOPLE: usize = 8;
const ROUNDS: usize = 6;

struct Person {
    keys: WalletKeys,
    wallet: WalletState,
}

struct Town {
    treasury: PersonaKey,
    ledger: Ledger,
    closed: Vec<ClosedEpoch>,
    proofs: Halo2,
    rng: ChaCha20Rng,
    made: usize,
}

fn main() {
    let file = std::env::args().nth(1).unwrap_or_else(|| {
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/settlement/bundles-64.bin").to_owned()
    });
    let treasury = PersonaKey::from_seed(&[64; 32]);
    let market = "https://market.example".parse().unwrap();
    let opened = Timestamp::from_secs(1_795_176_000);
    let pool = Pool::open(&market, Currency::TestUsd, treasury.persona(), 15, opened);
    let proofs = Halo2::new();
    proofs.warm_up(WarmUp::Proving);
    let genesis = Genesis::new(market, proofs.name(), pool.clone()).sign(&treasury).unwrap();
    let (ledger, first) = Ledger::new(pool.clone());
    let rng = ChaCha20Rng::seed_from_u64(64);
    let mut town = Town { treasury, ledger, closed: vec![first], proofs, rng, made: 0 };
    let mut people: Vec<Person> = (0..PEOPLE)
        .map(|person| Person {
            keys: WalletKeys::from_seed(&[person as u8 + 1; 32], pool.pool),
            wallet: WalletState::new(&pool, Epoch::GENESIS),
        })
        .collect();

    let mints: Vec<_> = people.iter().map(|person| town.mint(person)).collect();
    town.settle(&mints, &mut people);
    for round in 0..ROUNDS {
        let payments: Vec<_> = (0..PEOPLE).map(|payer| town.pay(&people, payer, round)).collect();
        town.settle(&payments, &mut people);
    }
    let mut last: Vec<_> = (0..PEOPLE - 1).map(|payer| town.pay(&people, payer, ROUNDS)).collect();
    last.push(town.burn(&people[PEOPLE - 1]));
    town.settle(&last, &mut people);
    while (town.closed.len() as u64) < SEGMENT_EPOCHS {
        town.closed.push(town.ledger.close_epoch().unwrap());
    }

    let genesis = serde_json::to_vec(&genesis).unwrap();
    let mut out = u32::try_from(genesis.len()).unwrap().to_be_bytes().to_vec();
    out.extend_from_slice(&genesis);
    write_segment(0, None, &town.closed, &mut out).unwrap();
    std::fs::write(&file, &out).unwrap();
    println!("{} bundles, {} bytes: {file}", town.made, out.len());
}

impl Town {
    fn mint(&mut self, person: &Person) -> LedgerEntry {
        let amount = money(100);
        let to = person.keys.address(Account::Spending, 0);
        let mut payment =
            build_mint(self.ledger.pool(), &[(to, amount)], self.expiry(), &mut self.rng).unwrap();
        self.proofs.prove(&mut payment, &mut self.rng).unwrap();
        let bundle = payment.finish(&mut self.rng).unwrap();
        let record = MintRecord::sign(amount, &bundle, &self.treasury).unwrap();
        self.told(LedgerEntry { bundle, record: Some(ClearRecord::Mint(record)) })
    }

    fn pay(&mut self, people: &[Person], payer: usize, round: usize) -> LedgerEntry {
        let payee = &people[(payer + round + 1) % PEOPLE];
        let payment = Payment {
            to: payee.keys.address(Account::Income, round as u32),
            amount: money(1 + round as u64 + payer as u64),
            terms_tag: TermsTag::random(&mut self.rng),
            valid_until: self.expiry(),
        };
        let Person { keys, wallet } = &people[payer];
        let Plan::Pay(notes) = wallet.plan(payment.amount) else { panic!("everybody has enough") };
        let unproven = wallet.build_payment(keys, &notes, &payment, &mut self.rng).unwrap();
        let bundle = unproven.complete(keys, &self.proofs, &mut self.rng).unwrap();
        self.told(LedgerEntry::transfer(bundle))
    }

    fn burn(&mut self, person: &Person) -> LedgerEntry {
        let Person { keys, wallet } = person;
        let amount = money(5);
        let Plan::Pay(notes) = wallet.plan(amount) else { panic!("everybody has enough") };
        let unproven = wallet.build_burn(keys, &notes, amount, self.expiry(), &mut self.rng).unwrap();
        let bundle = unproven.complete(keys, &self.proofs, &mut self.rng).unwrap();
        let record = BurnRecord::sign(amount, &bundle, &self.treasury).unwrap();
        self.told(LedgerEntry { bundle, record: Some(ClearRecord::Burn(record)) })
    }

    fn settle(&mut self, entries: &[LedgerEntry], people: &mut [Person]) {
        let verdicts = self.ledger.apply(entries, &self.proofs, &mut self.rng);
        assert!(verdicts.iter().all(Result::is_ok), "{verdicts:?}");
        let closed = self.ledger.close_epoch().unwrap();
        self.closed.push(closed);
        for person in people {
            for closed in &self.closed[person.wallet.next_epoch().0 as usize..] {
                let file = closed.file.as_deref().map(|bytes| EpochFile::decode(bytes).unwrap());
                person.wallet.follow(&person.keys, &closed.leaf, file.as_ref()).unwrap();
            }
        }
    }

    fn expiry(&self) -> Epoch {
        self.ledger.open_epoch().usual_expiry()
    }

    fn told(&mut self, entry: LedgerEntry) -> LedgerEntry {
        self.made += 1;
        println!("{:2} {}", self.made, entry.bundle.digest());
        entry
    }
}

fn money(units: u64) -> Money {
    Money::from_micros(units * 1_000_000, Currency::TestUsd).unwrap()
}
