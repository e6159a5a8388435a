//! A catalogue of 100,000 listings on both databases: search with facets, loading, and the first mirror of a desk.
//!
//! `cargo xtask bench catalogue [LISTINGS] [sqlite|postgres]` prints one JSON object for each database. Search is asked in
//! process, one query after another; times are wall time on this machine.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot be made should stop at once")]
#![expect(clippy::disallowed_methods, reason = "a bench measures")]

mod large;

use async_trait::async_trait;
use large::{Engine, Large, keys, p50_p99, rounded, words};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use tacit_assumed::AssumeProof;
use tacit_catalogue::search::Query;
use tacit_desk::keyring::words::Words;
use tacit_desk::{DeskFolder, DeskSettings, Engines, OpenDesk, OpenStore, PinnedKeys};
use tacit_ports::chance::{Chance, CountedChance};
use tacit_ports::desk::{DeskStore, DeskStoreFailed};
use tacit_store::desk::SqliteDesk;

const QUERIES: u64 = 2_000;

#[tokio::main]
async fn main() {
    let mut listings = 100_000;
    let mut engines = vec!["sqlite", "postgres"];
    for word in std::env::args().skip(1).filter(|word| word != "--bench") {
        match word.parse() {
            Ok(many) => listings = many,
            Err(_) => engines.retain(|engine| *engine == word),
        }
    }
    for name in engines {
        let engine = Engine::fresh(name).await;
        let large = Large::fill(&engine, listings).await;
        let (p50, p99) = p50_p99(search(&large).await);
        let (mirror_s, mirror_bytes) = first_mirror(&large).await;
        let answer = serde_json::json!({
            "database": name,
            "listings": listings,
            "loaded_per_second": rounded(large.loaded_per_second),
            "opened_s": rounded(large.opened_s),
            "search_p50_ms": p50,
            "search_p99_ms": p99,
            "search_p99_goal_ms": 20,
            "within_goal": p99 <= 20.0,
            "first_mirror_s": rounded(mirror_s),
            "first_mirror_mb": rounded(mirror_bytes as f64 / 1e6),
        });
        println!("{answer}");
    }
}

/// Words, shelves, prices and columns in turn; facets are counted with every answer.
async fn search(large: &Large) -> Vec<f64> {
    let mut millis = Vec::new();
    for number in 0..QUERIES {
        let mut query = Query { text: words(number), per_page: 24, ..Query::default() };
        match number % 8 {
            5 => query.tags = vec!["flights".parse().unwrap()],
            6 => query.columns = vec!["price".to_owned()],
            7 => query.text = String::new(),
            _ => {}
        }
        let began = Instant::now();
        let page = large.market.search(&query).await.unwrap();
        millis.push(began.elapsed().as_secs_f64() * 1000.0);
        std::hint::black_box(page);
    }
    millis
}

struct Sqlite;

#[async_trait]
impl OpenStore for Sqlite {
    async fn open(&self, file: &Path) -> Result<Arc<dyn DeskStore>, DeskStoreFailed> {
        Ok(Arc::new(SqliteDesk::open(file).await?))
    }
}

/// A new desk copies the whole catalogue through the door and checks every signature. Seconds, and bytes of its database after.
async fn first_mirror(large: &Large) -> (f64, u64) {
    let place = tempfile::tempdir().unwrap();
    let folder = DeskFolder::at(place.path().join("desk"));
    folder.make().unwrap();
    let market = keys(&large.origin);
    let pinned = PinnedKeys {
        market: market.persona.persona(),
        treasury: market.treasury.persona(),
        log: market.log.verifier(),
        beacon: market.beacon.verifier(),
        proofs: "assumed".to_owned(),
    };
    let settings = DeskSettings { market: large.origin.clone(), proxy: None, pinned };
    let chance: Arc<dyn Chance> = Arc::new(CountedChance::of(70));
    let engines = Engines {
        store: Arc::new(Sqlite),
        proofs: Arc::new(AssumeProof),
        clock: large.clock.clone(),
        chance: chance.clone(),
    };
    let keyring = Words::draw(&mut chance.rng()).keyring();
    let desk = OpenDesk::with_parts(folder.clone(), settings, keyring, engines).await.unwrap();
    let began = Instant::now();
    desk.mirror().follow_catalogue().await.unwrap();
    let seconds = began.elapsed().as_secs_f64();
    let bytes = std::fs::read_dir(folder.root())
        .unwrap()
        .filter_map(|entry| entry.ok()?.metadata().ok())
        .filter(std::fs::Metadata::is_file)
        .map(|about| about.len())
        .sum();
    (seconds, bytes)
}
