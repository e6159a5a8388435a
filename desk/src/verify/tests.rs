//! A small ledger with assumed proofs is copied, verified, and changed byte by byte; handed documents are recognised.

#![allow(clippy::unwrap_used, reason = "a test that does not hold should stop at once")]

use super::copy::{CHECKPOINT, GENESIS, LedgerCopy, epoch_name, segment_name};
use super::documents::{self, Document, Finding, LineState, Relying};
use super::keys::{self, KeysFrom, TrustedKeys};
use super::ledger::{VerifiedLedger, epochs_of, verify_copy};
use crate::refusal::Refusal;
use crate::settings::PinnedKeys;
use crate::story::receipts::MirroredLedger;
use indicatif::ProgressBar;
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::Value;
use std::path::{Path, PathBuf};
use tacit_assumed::AssumeProof;
use tacit_evidence::log::{
    Leaf, LeafKind, LogKey, LogName, LogSize, StoredHashes, TILE_WIDTH, TilePath, append, encode_entries,
};
use tacit_settlement::{
    Account, ClearRecord, ClosedEpoch, Genesis, Ledger, LedgerEntry, LedgerFacts, MintRecord, Pool, Proofs,
    SEGMENT_EPOCHS, WalletKeys, build_mint, write_segment,
};
use tacit_values::{Currency, Digest, Epoch, Money, Origin, PersonaKey, Timestamp};
use tacit_wire::bodies::ledger::encode_epoch;

const SEED: [u8; 32] = [4; 32];

struct Town {
    folder: tempfile::TempDir,
    pool: Pool,
    genesis: Genesis,
    closed: Vec<ClosedEpoch>,
    keys: PinnedKeys,
}

fn origin() -> Origin {
    "http://127.0.0.1:4300".parse().unwrap()
}

fn vector(name: &str) -> Value {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../vectors/evidence")).join(name);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn keys(log: &LogKey, treasury: &PersonaKey) -> PinnedKeys {
    PinnedKeys {
        market: PersonaKey::from_seed(&[8; 32]).persona(),
        treasury: treasury.persona(),
        log: log.verifier(),
        beacon: serde_json::from_value(vector("beacon-good.json")["verifier"].clone()).unwrap(),
        proofs: "assumed".to_owned(),
    }
}

fn log_key() -> LogKey {
    LogKey::from_seed(LogName::of(&origin()), &SEED)
}

/// Two mints: one in epoch 1, which a segment holds, one in the first epoch after the segment.
fn town() -> Town {
    let mut rng = StdRng::seed_from_u64(7);
    let treasury = PersonaKey::from_seed(&[9; 32]);
    let now = Timestamp::from_secs(1_795_176_000);
    let pool = Pool::open(&origin(), Currency::TestUsd, treasury.persona(), 15, now);
    let genesis = Genesis::new(origin(), "assumed", pool.clone());
    let (mut ledger, first) = Ledger::new(pool.clone());
    let mut closed = vec![first];
    for epoch in 1..SEGMENT_EPOCHS + 3 {
        if epoch == 1 || epoch == SEGMENT_EPOCHS {
            let amount = Money::parse("50", Currency::TestUsd).unwrap();
            let to = WalletKeys::from_seed(&[1; 32], pool.pool).address(Account::Spending, 0);
            let expiry = ledger.open_epoch().usual_expiry();
            let mut payment = build_mint(&pool, &[(to, amount)], expiry, &mut rng).unwrap();
            AssumeProof.prove(&mut payment, &mut rng).unwrap();
            let bundle = payment.finish(&mut rng).unwrap();
            let record = MintRecord::sign(amount, &bundle, &treasury).unwrap();
            let entry = LedgerEntry { bundle, record: Some(ClearRecord::Mint(record)) };
            assert_eq!(ledger.apply(&[entry], &AssumeProof, &mut rng), [Ok(())]);
        }
        closed.push(ledger.close_epoch().unwrap());
    }
    let folder = tempfile::tempdir().unwrap();
    let town = Town { folder, pool, genesis, closed, keys: keys(&log_key(), &treasury) };
    town.publish(&treasury);
    town
}

impl Town {
    fn copy(&self) -> LedgerCopy {
        LedgerCopy::at(self.folder.path().join("copy"))
    }

    fn publish(&self, treasury: &PersonaKey) {
        let copy = LedgerCopy::make(self.copy().root()).unwrap();
        let signed = self.genesis.clone().sign(treasury).unwrap();
        copy.write(GENESIS, &serde_json::to_vec(&signed).unwrap()).unwrap();
        let leaves: Vec<Vec<u8>> = self
            .closed
            .iter()
            .map(|closed| Leaf::clear(LeafKind::Epoch, &closed.leaf).unwrap().to_bytes())
            .collect();
        let appended = append(LogSize(0), &leaves, &StoredHashes::default()).unwrap();
        copy.write(CHECKPOINT, log_key().sign(appended.size, appended.root).note().as_bytes()).unwrap();
        for (number, tile) in leaves.chunks(TILE_WIDTH as usize).enumerate() {
            let from = tacit_evidence::log::LogIndex(number as u64 * TILE_WIDTH);
            let path = TilePath::entries(from, LogSize(from.0 + tile.len() as u64)).unwrap()[0];
            copy.write(&path.to_string(), &encode_entries(tile).unwrap()).unwrap();
        }
        let (whole, rest) = self.closed.split_at(SEGMENT_EPOCHS as usize);
        let mut segment = copy.create(&segment_name(&self.pool.pool, 0)).unwrap();
        write_segment(0, None, whole, &mut segment).unwrap();
        for closed in rest.iter().filter(|closed| closed.file.is_some()) {
            let framed = encode_epoch(&closed.leaf.canonical_bytes(), closed.file.as_deref());
            copy.write(&epoch_name(&self.pool.pool, closed.leaf.epoch), &framed).unwrap();
        }
    }

    fn verify(&self) -> Result<VerifiedLedger, Refusal> {
        verify_copy(&self.copy(), &self.keys, &AssumeProof, &ProgressBar::hidden())
    }

    /// Flips one byte of a file, verifies, and puts it back.
    fn sentence_with_changed(&self, name: &str, place: usize) -> String {
        let path = self.copy().root().join(name);
        let honest = std::fs::read(&path).unwrap();
        let mut changed = honest.clone();
        changed[place] ^= 1;
        std::fs::write(&path, &changed).unwrap();
        let found = self.verify();
        std::fs::write(&path, &honest).unwrap();
        match found {
            Err(refusal) => refusal.sentence,
            Ok(_) => panic!("{name}: byte {place} was changed and nobody noticed"),
        }
    }

    fn length(&self, name: &str) -> usize {
        std::fs::metadata(self.copy().root().join(name)).unwrap().len() as usize
    }
}

#[test]
fn an_honest_copy_verifies_and_its_figures_are_told() {
    let found = town().verify().unwrap();
    let (_, replayed) = &found.pools[0];
    assert_eq!((replayed.epochs, replayed.bundles), (SEGMENT_EPOCHS + 3, 2));
    assert_eq!((found.minted.to_string(), found.balance.to_string()), ("100.00".into(), "100.00".into()));
    assert!(found.burned.is_zero());
    assert_eq!(found.log, LogSize(SEGMENT_EPOCHS + 3));
}

#[test]
fn a_byte_changed_in_any_field_of_an_epoch_or_a_segment_is_refused() {
    let town = town();
    let epoch = epoch_name(&town.pool.pool, Epoch(SEGMENT_EPOCHS));
    let segment = segment_name(&town.pool.pool, 0);
    // All of the frame, the leaf, the head of the file and its record, then the bundle in strides.
    let heads = (0..700).step_by(7);
    for place in heads.chain((700..town.length(&epoch)).step_by(499)) {
        town.sentence_with_changed(&epoch, place);
    }
    // Version, pool, number, root, tree size, markers and the epoch that is not empty.
    for place in (0..160).step_by(2).chain((160..town.length(&segment)).step_by(499)) {
        town.sentence_with_changed(&segment, place);
    }
    assert!(town.verify().is_ok());
}

#[test]
fn the_refusal_names_the_field_that_was_changed() {
    let town = town();
    let segment = segment_name(&town.pool.pool, 0);
    let begins = town.sentence_with_changed(&segment, 50);
    assert!(begins.contains("state that it begins with"), "{begins}");
    // Epoch 0 is the byte after the head, epoch 1 follows with its marker and root.
    let root = town.sentence_with_changed(&segment, 81 + 1 + 1 + 5);
    assert_eq!(root, "epoch 1: the root in the copy is not the one in the log");
    let size = town.sentence_with_changed(&segment, 81 + 2 + 32 + 7);
    assert_eq!(size, "epoch 1: the tree size in the copy is not the one in the log");
    let file = town.sentence_with_changed(&segment, 81 + 2 + 32 + 8 + 3);
    assert_eq!(file, "epoch 1: the file's digest in the copy is not the one in the log");
    let content = town.sentence_with_changed(&segment, town.length(&segment) / 2);
    assert!(content.contains("epoch 1"), "{content}");
}

#[test]
fn a_changed_log_checkpoint_or_genesis_is_refused() {
    let town = town();
    for place in [0, 1, 40, 200, 5000] {
        town.sentence_with_changed("tile/entries/000", place);
    }
    for place in (0..town.length(CHECKPOINT)).step_by(7) {
        town.sentence_with_changed(CHECKPOINT, place);
    }
    for place in (0..town.length(GENESIS)).step_by(11) {
        town.sentence_with_changed(GENESIS, place);
    }
}

#[test]
fn a_copy_that_lacks_an_epoch_or_a_tile_says_which() {
    let town = town();
    let epoch = town.copy().root().join(epoch_name(&town.pool.pool, Epoch(SEGMENT_EPOCHS)));
    std::fs::remove_file(epoch).unwrap();
    let refusal = town.verify().unwrap_err();
    assert!(refusal.sentence.contains("lacks epoch 256"), "{refusal}");
    std::fs::remove_file(town.copy().root().join("tile/entries/000")).unwrap();
    assert!(town.verify().unwrap_err().sentence.contains("tile/entries/000"));
}

#[test]
fn another_markets_keys_and_another_proof_system_are_refused() {
    let mut town = town();
    let honest = town.keys.clone();
    town.keys.treasury = PersonaKey::from_seed(&[7; 32]).persona();
    assert!(town.verify().unwrap_err().sentence.contains("another treasury"));
    town.keys = honest.clone();
    town.keys.log = LogKey::from_seed(LogName::of(&origin()), &[5; 32]).verifier();
    assert!(town.verify().unwrap_err().sentence.contains("not signed by this market's log"));
    town.keys = PinnedKeys { proofs: "halo2-ironwood-v3".to_owned(), ..honest };
    assert!(town.verify().unwrap_err().sentence.contains("another proof system"));
}

#[test]
fn a_receipts_epoch_is_found_in_a_segment_or_by_itself_and_never_when_changed() {
    let town = town();
    let pool = town.pool.pool;
    let wanted = [(pool, Epoch(1)), (pool, Epoch(SEGMENT_EPOCHS)), (pool, Epoch(9_999))];
    let found = epochs_of(&town.copy(), &town.keys, &wanted).unwrap();
    assert_eq!(found, [town.closed[1].clone(), town.closed[SEGMENT_EPOCHS as usize].clone()]);
    let path = town.copy().root().join(segment_name(&pool, 0));
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    assert!(epochs_of(&town.copy(), &town.keys, &wanted).is_err());
}

#[test]
fn a_new_copy_is_not_written_over_what_lies_there() {
    let town = town();
    assert_eq!(LedgerCopy::make(town.copy().root()).unwrap_err().code, "not-empty");
}

#[test]
fn keys_are_read_from_a_desks_answer_and_by_themselves() {
    let town = town();
    let plain = serde_json::to_vec(&town.keys).unwrap();
    let answer = serde_json::to_vec(&serde_json::json!({"seller": "x", "market_keys": town.keys})).unwrap();
    assert_eq!(keys::parse(&plain).unwrap(), town.keys);
    assert_eq!(keys::parse(&answer).unwrap(), town.keys);
    assert_eq!(keys::parse(b"{}").unwrap_err().code, "no-keys");
}

fn given(name: &str) -> (Vec<(PathBuf, Document)>, TrustedKeys) {
    let vector = vector(name);
    let document = vector.get("receipt").or(vector.get("presentation")).unwrap();
    let keys = PinnedKeys {
        market: serde_json::from_value(vector["market"]["countersign"].clone()).unwrap(),
        log: serde_json::from_value(vector["market"]["log"].clone()).unwrap(),
        ..keys(&log_key(), &PersonaKey::from_seed(&[9; 32]))
    };
    let read = documents::parse(&serde_json::to_vec(document).unwrap()).unwrap();
    (vec![(PathBuf::from(name), read)], TrustedKeys { keys, from: KeysFrom::Given })
}

fn check(name: &str) -> Result<Value, Refusal> {
    finding(given(name), None).map(|found| found.document)
}

fn finding(
    (read, trusted): (Vec<(PathBuf, Document)>, TrustedKeys),
    asked: Option<(&str, &str)>,
) -> Result<Finding, Refusal> {
    let now = Timestamp::from_secs(1_900_000_000);
    let relying = Relying { keys: &trusted, seller: None, asked, now };
    Ok(documents::check(&read, &relying, &MirroredLedger::default())?.remove(0))
}

/// The state of the line that says this.
fn state(found: &Finding, says: &str) -> LineState {
    let line = found.lines.iter().find(|line| line.sentence.contains(says));
    line.unwrap_or_else(|| panic!("nothing says {says}: {:?}", found.lines)).state
}

#[test]
fn only_what_was_checked_is_said_to_hold() {
    let receipt = finding(given("receipt-good.json"), None).unwrap();
    assert_eq!(state(&receipt, "the epoch is not at hand"), LineState::NotChecked);
    assert_eq!(state(&receipt, "Price:"), LineState::Holds);
    assert_eq!(state(&receipt, "Signed by did:key:"), LineState::Holds);
    assert!(receipt.text().contains("NOT CHECKED: Payment in epoch"), "{}", receipt.text());
    let shown = finding(given("presentation-good-finance.json"), None).unwrap();
    assert_eq!(state(&shown, "Withheld:"), LineState::Remark);
    let told = |name: &str| shown.claims.iter().any(|(claim, _)| claim == name);
    assert!(told("amount") && told("agreed_at") && !told("listing"), "{:?}", shown.claims);
    assert!(shown.text().contains("\n  amount "), "{}", shown.text());
    assert_eq!(state(&shown, "It points at no payment"), LineState::Remark);
    assert_eq!(state(&shown, "Whether it was made for you"), LineState::NotChecked);
    let named = |name: &str| shown.document[name].as_str().unwrap().to_owned();
    let (audience, nonce) = (named("audience"), named("nonce"));
    let asked = Some((audience.as_str(), nonce.as_str()));
    let mine = finding(given("presentation-good-finance.json"), asked).unwrap();
    assert_eq!(state(&mine, "It was made for you"), LineState::Holds);
    assert!(
        finding(given("presentation-good-finance.json"), Some(("somebody else", nonce.as_str()))).is_err()
    );
    for line in receipt.lines.iter().chain(&shown.lines) {
        assert!(!line.on_a_page().contains("--"), "{}", line.on_a_page());
    }
}

#[test]
fn a_receipt_is_found_in_its_pdf_and_what_is_printed_is_not_vouched_for() {
    let json = serde_json::to_vec(&vector("receipt-good.json")["receipt"]).unwrap();
    let pdf = |attached: &[u8]| {
        let head: &[u8] = b"%PDF-1.7\n1 0 obj\n<</Names <</EmbeddedFiles 2 0 R>>>>\nendobj\n2 0 obj\n<<\n/Length 9\n/Type /EmbeddedFile\n>>\nstream\n";
        [head, attached, b"\nendstream\nendobj\n%%EOF"].concat()
    };
    let (_, keys) = given("receipt-good.json");
    let read = documents::parse(&pdf(&json)).unwrap();
    assert!(!read.ledger_claims().is_empty());
    let found = finding((vec![(PathBuf::from("receipt.pdf"), read)], keys), None).unwrap();
    assert_eq!((&found.document["kind"], &found.document["printed"]), (&"receipt".into(), &true.into()));
    assert_eq!(state(&found, "only the receipt attached to the PDF was checked"), LineState::NotChecked);
    for other in [&b"%PDF-1.7\nnothing"[..], &pdf(b"x\x9cpacked"), b"%PDF-1.7 /EmbeddedFile", b"%PDF-"] {
        let refusal = documents::parse(other).unwrap_err();
        assert!(refusal.remedy.contains("receipt.json"), "{refusal}");
    }
}

#[test]
fn a_receipt_is_recognised_and_its_unseen_payment_is_said_to_be_unseen() {
    let found = check("receipt-good.json").unwrap();
    assert_eq!((&found["kind"], &found["ok"]), (&"receipt".into(), &true.into()));
    assert_eq!(found["ledger"][0]["finding"], "not at hand");
    assert!(found["withheld"].as_array().unwrap().is_empty());
}

#[test]
fn a_presentation_shows_some_claims_and_names_the_others() {
    let found = check("presentation-good-finance.json").unwrap();
    assert_eq!(found["kind"], "presentation");
    assert!(found["disclosed"].get("amount").is_some());
    assert!(found["withheld"].as_array().unwrap().contains(&"licence".into()));
}

#[test]
fn altered_receipts_are_refused_with_the_name_of_the_file() {
    for name in ["receipt-bad-altered-claim.json", "receipt-bad-wrong-index.json"] {
        let refusal = check(name).unwrap_err();
        assert!(refusal.sentence.starts_with(name), "{refusal}");
        assert_eq!(refusal.exit_status(), 1);
    }
}

#[test]
fn what_is_no_document_is_a_wrong_use() {
    for garbage in [&b"{}"[..], b"[]", b"", b"\xff", b"{\"rows\":[]}"] {
        assert_eq!(documents::parse(garbage).unwrap_err().exit_status(), 2);
    }
}

#[test]
fn a_log_proof_needs_to_know_what_it_is_about() {
    let mut rng = StdRng::seed_from_u64(3);
    let salt = tacit_evidence::log::LeafSalt::random(&mut rng);
    let leaf = Leaf::salted(LeafKind::OrderEnded, &salt, &Digest::of(b"receipt")).unwrap();
    let appended = append(LogSize(0), &[leaf.to_bytes()], &StoredHashes::default()).unwrap();
    let checkpoint = log_key().sign(appended.size, appended.root);
    let proof = |leaf: Option<Vec<u8>>| {
        let mut proof = serde_json::json!({"index": 0, "inclusion": [], "checkpoint": checkpoint.note()});
        if let Some(leaf) = leaf {
            proof["leaf"] = tacit_values::base64url::encode(&leaf).into();
        }
        let read = documents::parse(&serde_json::to_vec(&proof).unwrap()).unwrap();
        let trusted =
            TrustedKeys { keys: keys(&log_key(), &PersonaKey::from_seed(&[9; 32])), from: KeysFrom::Given };
        let relying = Relying { keys: &trusted, seller: None, asked: None, now: Timestamp::from_secs(1) };
        documents::check(&[(PathBuf::from("proof.json"), read)], &relying, &MirroredLedger::default())
    };
    assert!(proof(Some(leaf.to_bytes())).is_ok());
    let other = Leaf::salted(LeafKind::OrderEnded, &salt, &Digest::of(b"other")).unwrap();
    assert!(proof(Some(other.to_bytes())).unwrap_err().sentence.contains("entry 0 of the log"));
    assert_eq!(proof(None).unwrap_err().exit_status(), 2);
}

#[test]
fn the_command_takes_documents_or_the_ledger() {
    use crate::commands::verify::{VerifyArgs, VerifyCommand};
    use clap::Parser;
    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        verify: VerifyArgs,
    }
    let read = |line: &str| Line::try_parse_from(line.split(' ')).map(|line| line.verify);
    let documents = read("verify receipt.json manifest.json --market-keys keys.json").unwrap();
    assert_eq!(documents.documents.len(), 2);
    let ledger = read("verify ledger --market http://127.0.0.1:4300 --save copy").unwrap();
    assert!(matches!(ledger.what, Some(VerifyCommand::Ledger(_))));
    assert!(read("verify ledger --market http://127.0.0.1:4300 --files copy").is_err());
    assert!(read("verify").is_err());
}
