//! Making a desk, bringing it back, and the commands that look around.

use crate::street::{Someone, Street};
use clap::Parser;
use serde_json::Value;
use std::io::{Cursor, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};
use tacit_desk::commands::init::{self, AskPerson, Asking, InitArgs};
use tacit_desk::commands::{backup, search, wallet, whoami};
use tacit_desk::keyring::passphrase::Passphrases;
use tacit_desk::{DeskFolder, OpenDesk, Output, Refusal};

#[derive(Parser)]
struct Typed<A: clap::Args> {
    #[command(flatten)]
    args: A,
}

pub(crate) fn typed<A: clap::Args>(line: &[&str]) -> A {
    Typed::<A>::try_parse_from([&["tacit"], line].concat()).map_err(|wrong| wrong.to_string()).unwrap().args
}

/// What a command wrote to standard output.
#[derive(Clone, Default)]
pub(crate) struct Paper(Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Paper {
    pub(crate) fn output(&self) -> Output {
        Output::to(true, Box::new(self.clone()), Box::new(std::io::sink()))
    }

    /// As people read it.
    fn for_people(&self) -> Output {
        Output::to(false, Box::new(self.clone()), Box::new(std::io::sink()))
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// Exactly one JSON document.
    pub(crate) fn document(&self) -> Value {
        serde_json::from_slice(&self.0.lock().unwrap()).unwrap()
    }
}

pub(crate) async fn make(
    street: &Street,
    folder: &Path,
    line: &[&str],
    words: &str,
) -> Result<(OpenDesk, Value), Refusal> {
    let market = street.origin.to_string();
    let line = [&["--market", market.as_str()], line].concat();
    let (paper, nobody) = (Paper::default(), Passphrases::default());
    let mut input = Cursor::new(words.as_bytes().to_vec());
    let asking = Asking { passphrases: &nobody, person: None, input: &mut input };
    let engines = Someone::new(folder.as_os_str().len() as u64).engines(street);
    let folder = DeskFolder::at(folder);
    let desk = init::run(folder, engines, &typed::<InitArgs>(&line), asking, &mut paper.output()).await?;
    Ok((desk, paper.document()))
}

#[tokio::test]
async fn a_desk_is_made_with_words_shown_once_and_comes_back_from_them() {
    let street = Street::open().await;
    street.tick().await;
    let place = tempfile::tempdir().unwrap();
    let (desk, told) = make(&street, &place.path().join("one"), &["--no-passphrase"], "").await.unwrap();
    let words = told["words"].as_str().unwrap().to_owned();
    assert_eq!(words.split(' ').count(), 24);
    assert_eq!(told["market_keys"]["market"], desk.settings().pinned.market.to_string());
    let paper = Paper::default();
    whoami::run(&desk, &typed(&[]), &mut paper.output()).await.unwrap();
    assert_eq!(paper.document()["seller"], told["seller"]);
    assert_eq!(paper.document()["passphrase"], false);

    let again = make(&street, &place.path().join("one"), &["--no-passphrase"], "").await.unwrap_err();
    assert_eq!(again.code, "desk-exists");

    let restore = ["--no-passphrase", "--restore"];
    let (restored, told) = make(&street, &place.path().join("two"), &restore, &words).await.unwrap();
    assert_eq!(restored.keyring().seller().persona(), desk.keyring().seller().persona());
    assert_eq!((&told["restored"], &told["words"]), (&Value::Bool(true), &Value::Null));
}

#[tokio::test]
async fn a_backup_brings_back_what_the_words_cannot_and_opens_for_no_other_words() {
    let street = Street::open().await;
    street.tick().await;
    let place = tempfile::tempdir().unwrap();
    let (desk, told) = make(&street, &place.path().join("one"), &["--no-passphrase"], "").await.unwrap();
    let words = told["words"].as_str().unwrap().to_owned();
    let drawer = tacit_desk::cabinet::Drawer("receipts");
    desk.cabinet().put(drawer, "rcp_1", &"a receipt").await.unwrap();
    let file = place.path().join("backup.age");
    let name = file.to_str().unwrap();
    backup::run(&desk, &typed(&[name]), &mut Paper::default().output()).await.unwrap();

    let from = ["--no-passphrase", "--restore", "--from", name];
    let (restored, _) = make(&street, &place.path().join("two"), &from, &words).await.unwrap();
    assert_eq!(restored.cabinet().get::<String>(drawer, "rcp_1").await.unwrap().unwrap().value, "a receipt");

    let (_, other) = make(&street, &place.path().join("three"), &["--no-passphrase"], "").await.unwrap();
    let other_words = other["words"].as_str().unwrap();
    let refused = make(&street, &place.path().join("four"), &from, other_words).await.unwrap_err();
    assert_eq!(refused.sentence, "the backup belongs to other words");
}

#[tokio::test]
async fn without_a_terminal_a_passphrase_is_not_asked_for_but_refused() {
    let street = Street::open().await;
    let place = tempfile::tempdir().unwrap();
    let refused = make(&street, &place.path().join("one"), &[], "").await.unwrap_err();
    assert!(refused.remedy.contains("TACIT_PASSPHRASE_FILE"), "{refused}");
    let refused =
        make(&street, &place.path().join("one"), &["--restore", "--no-passphrase"], "abandon").await;
    assert_eq!(refused.unwrap_err().code, "words");
    assert!(!place.path().join("one/keyring.age").exists());
}

#[tokio::test]
async fn wrong_clocks_are_told_by_how_much() {
    let street = Street::open().await;
    let place = tempfile::tempdir().unwrap();
    let slow = street.clock_behind(std::time::Duration::from_secs(600));
    let mut engines = Someone::new(1).engines(&street);
    engines.clock = slow;
    let (nobody, mut input) = (Passphrases::default(), Cursor::new(Vec::new()));
    let asking = Asking { passphrases: &nobody, person: None, input: &mut input };
    let args = typed::<InitArgs>(&["--market", street.origin.as_str(), "--no-passphrase"]);
    let folder = DeskFolder::at(place.path().join("one"));
    let refused =
        init::run(folder, engines, &args, asking, &mut Paper::default().output()).await.unwrap_err();
    assert_eq!(refused.code, "clock-skew");
    assert!(refused.sentence.contains("600 s behind"), "{refused}");
}

#[tokio::test]
async fn an_empty_catalogue_and_an_empty_wallet_say_so() {
    let street = Street::open().await;
    street.tick().await;
    let place = tempfile::tempdir().unwrap();
    let (desk, _) = make(&street, &place.path().join("one"), &["--no-passphrase"], "").await.unwrap();
    let paper = Paper::default();
    search::run(&desk, &typed(&["delay", "--price-to", "20"]), &mut paper.output()).await.unwrap();
    assert_eq!(
        (&paper.document()["total"], &paper.document()["searched"]),
        (&0.into(), &"on this machine".into())
    );
    let paper = Paper::default();
    wallet::run(&desk, &typed(&[]), &mut paper.output()).await.unwrap();
    assert_eq!(paper.document()["balance"], "0.00");
    let paper = Paper::default();
    wallet::run(&desk, &typed(&["address"]), &mut paper.output()).await.unwrap();
    assert!(paper.document()["address"].as_str().unwrap().starts_with("tacit1"));
}

/// Somebody at the terminal who notes what was asked and answers nothing.
#[derive(Default)]
struct Silent(Mutex<Vec<String>>);

impl AskPerson for Silent {
    fn ask(&self, prompt: &str) -> std::io::Result<String> {
        self.0.lock().unwrap().push(prompt.to_owned());
        Ok(String::new())
    }
}

#[tokio::test]
async fn whoever_makes_a_desk_is_asked_for_a_proxy_once_and_reads_what_it_means_to_have_none() {
    let street = Street::open().await;
    street.tick().await;
    let place = tempfile::tempdir().unwrap();
    let (nobody, person, mut input) = (Passphrases::default(), Silent::default(), Cursor::new(Vec::new()));
    let asking = Asking { passphrases: &nobody, person: Some(&person), input: &mut input };
    let args = typed::<InitArgs>(&["--market", street.origin.as_str(), "--no-passphrase"]);
    let folder = DeskFolder::at(place.path().join("one"));
    let engines = Someone::new(1).engines(&street);
    let desk = init::run(folder, engines, &args, asking, &mut Paper::default().output()).await.unwrap();
    let asked = person.0.lock().unwrap().clone();
    let of_proxies = asked.iter().filter(|prompt| prompt.contains("Proxy")).count();
    assert_eq!(of_proxies, 1, "{asked:?}");
    assert!(asked.iter().any(|prompt| prompt.contains("the market sees your address")), "{asked:?}");
    assert_eq!(desk.settings().proxy, None);
    let paper = Paper::default();
    wallet::run(&desk, &typed(&[]), &mut paper.for_people()).await.unwrap();
    assert!(paper.text().contains("except by network address and time"), "{}", paper.text());
}

#[tokio::test]
async fn a_search_at_the_market_is_asked_for_by_name_and_says_what_it_tells() {
    let mut street = Street::open().await;
    street.tick().await;
    let place = tempfile::tempdir().unwrap();
    let (desk, _) = make(&street, &place.path().join("one"), &["--no-passphrase"], "").await.unwrap();
    let paper = Paper::default();
    let aside = Paper::default();
    let mut out = Output::to(true, Box::new(paper.clone()), Box::new(aside.clone()));
    search::run(&desk, &typed(&["delay", "--remote"]), &mut out).await.unwrap();
    assert_eq!(paper.document()["searched"], "at the market");
    assert!(aside.text().contains("learns these words, your network address"), "{}", aside.text());
    let paper = Paper::default();
    search::run(&desk, &typed(&["delay"]), &mut paper.for_people()).await.unwrap();
    assert!(paper.text().contains("nobody"), "{}", paper.text());
    street.close().await;
    let paper = Paper::default();
    let offline = search::run(&desk, &typed(&["delay"]), &mut paper.output()).await;
    assert!(offline.is_ok() && paper.document()["searched"] == "on this machine", "{offline:?}");
}
