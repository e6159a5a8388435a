//! A market that shows two desks two histories, or one desk less than before, is noticed; money and files stay.

#![expect(clippy::unwrap_used, reason = "a walkthrough that cannot take its step has failed")]

mod street;

use std::io::Write;
use std::path::Path;
use std::process::Stdio;
use street::meddler::Meddler;
use street::{Person, Proofs, Rows, Running, Street};

const TABLE: &[u8] = b"city,bikes\nGent,12\nBrugge,7\nAalst,9\n";
/// Where the market tells its history.
const HISTORY: [&str; 2] = ["/api/v1/log/", "/api/v1/ledger/"];

fn lists(street: &Street, seller: &Person) -> String {
    let file = street.file("bicycles.csv", TABLE);
    let words = ["sell", file.to_str().unwrap(), "--title", "Bicycles by city", "--price", "20"];
    let words = [&words[..], &["--licence", "CC-BY-4.0", "--category", "transport"]].concat();
    seller.does(&words)["listing"].as_str().unwrap().to_owned()
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The market is stopped and its folder copied; both go on, and each mints to other people than the other.
fn a_second_history(street: &mut Street) -> (Running, String) {
    let folder = street.path().join("second-history");
    street.stop_market();
    copy_folder(&street.market_folder(), &folder);
    street.start_market();
    let (copy, elsewhere) = street.start_copy(&folder);
    let somebody = street.person("somebody");
    street.mint(&somebody.address(), "7");
    somebody.has("7.00");
    (copy, elsewhere)
}

fn alarm_is_kept(person: &Person) {
    let evidence = std::fs::read_to_string(person.home().join("alarm.json")).unwrap();
    let evidence: serde_json::Value = serde_json::from_str(&evidence).unwrap();
    for checkpoint in ["older", "newer"] {
        let note = evidence[checkpoint].as_str().unwrap();
        assert!(note.contains("— "), "{checkpoint} is a signed note: {note}");
    }
}

#[test]
fn letters_between_two_histories_stop_the_running_desk_and_no_money_moves() {
    let mut street = Street::open(Proofs::Assumed, Rows::Sqlite);
    let meddler = Meddler::listening_only(street.origin());
    let wren = street.person("wren");
    let jay = street.person_behind(&meddler, "jay");
    let listing = lists(&street, &wren);
    street.mint(&jay.address(), "100");
    jay.has("100.00");

    let (_copy, elsewhere) = a_second_history(&mut street);
    wren.does(&["wallet"]);
    let mut desk = wren.leaves_the_desk_running();
    meddler.leads(&HISTORY, &elsewhere);
    jay.is_refused(&["buy", &listing, "--yes", "--wait", "3"]).says("waiting", &["nothing was paid"]);

    // The order carried the checkpoint that its sender had seen.
    assert_eq!(desk.ends(), 1);
    let said = wren.desk_said();
    assert!(said.contains("\"forked-log\"") && said.contains("two histories"), "{said}");
    alarm_is_kept(&wren);
    assert_eq!(wren.does(&["wallet"])["not_followed"]["code"], "forked-log");
    let send = ["wallet", "send", &wren.address(), "5", "--wait", "2"];
    wren.is_refused(&send).says("forked-log", &["two histories", "buys and pays nothing"]);

    // The desk of the other history sees it as soon as it is shown the first one, and its money is where it was.
    meddler.leads(&[], &elsewhere);
    street.mint(&wren.address(), "1");
    for _ in 0..100 {
        let seen = jay.does(&["wallet"]);
        assert_eq!(seen["balance"], "100.00");
        if seen["not_followed"]["code"] == "forked-log" {
            break;
        }
    }
    alarm_is_kept(&jay);
    jay.is_refused(&["buy", &listing, "--yes", "--wait", "3"]).says("forked-log", &["two histories"]);
    assert_eq!(jay.does(&["wallet"])["balance"], "100.00");
}

#[test]
fn a_market_that_hides_its_newest_history_is_noticed_and_followed_again_when_it_stops() {
    let street = Street::open(Proofs::Assumed, Rows::Sqlite);
    let meddler = Meddler::listening_only(street.origin());
    let jay = street.person_behind(&meddler, "jay");
    let address = jay.address();
    street.mint(&address, "100");
    jay.has("100.00");

    let heard = meddler.heard().into_iter();
    let old = heard.filter(|one| one.path.ends_with("/log/checkpoint")).map(|one| one.answer).next().unwrap();
    meddler.changes(move |_, path, body| if path.ends_with("/log/checkpoint") { old.clone() } else { body });
    let refused = jay.is_refused(&["wallet"]);
    refused.says("rolled-back-log", &["leaves", "was seen before"]);
    assert!(refused.next.contains("restored from a backup"), "{refused:?}");
    jay.is_refused(&["wallet", "send", &address, "5", "--wait", "2"]).says("rolled-back-log", &[]);

    meddler.is_honest();
    jay.has("100.00");
    jay.does(&["wallet", "send", &address, "5", "--wait", "30"]);
    jay.has("100.00");
}

#[test]
fn a_market_restored_into_the_past_is_noticed_and_the_words_bring_the_money_back() {
    let mut street = Street::open(Proofs::Assumed, Rows::Sqlite);
    let jay = street.stranger("jay");
    let made = jay.does(&["init", "--market", street.origin(), "--no-passphrase"]);
    let words = made["words"].as_str().unwrap();
    street.mint(&jay.address(), "100");
    jay.has("100.00");
    let before = street.path().join("backup");
    street.stop_market();
    copy_folder(&street.market_folder(), &before);

    // What happened since is lost with the folder.
    street.start_market();
    let somebody = street.person("somebody");
    street.mint(&somebody.address(), "1");
    somebody.has("1.00");
    jay.does(&["wallet"]);
    let somebody = somebody.address();
    street.stop_market();
    std::fs::remove_dir_all(street.market_folder()).unwrap();
    copy_folder(&before, &street.market_folder());
    street.start_market();

    // As long as it is shorter than what was seen it is a log rolled back; from then on it is another history.
    let mut said = Vec::new();
    while said.last().is_none_or(|code| code != "forked-log") {
        let output = jay.command(&["wallet", "send", &somebody, "5", "--wait", "2"]).output().unwrap();
        let refused = street::refusal("jay", &output);
        assert!(["rolled-back-log", "forked-log"].contains(&refused.code.as_str()), "{refused:?}");
        said.push(refused.code);
    }
    let shown = jay.does(&["wallet"]);
    assert_eq!((&shown["balance"], &shown["not_followed"]["code"]), (&"100.00".into(), &"forked-log".into()));
    alarm_is_kept(&jay);

    // Whether to go on with this market is for people to decide. Who does makes a new desk from the words.
    let again = restores(&street.stranger("jay-again"), street.origin(), words);
    again.has("100.00");
    again.does(&["wallet", "send", &somebody, "5", "--wait", "30"]);
    again.has("95.00");
}

fn restores(person: &Person, origin: &str, words: &str) -> Person {
    let mut command = person.command(&["init", "--market", origin, "--no-passphrase", "--restore"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    writeln!(child.stdin.take().unwrap(), "{words}").unwrap();
    street::answer("the restored desk", child.wait_with_output().unwrap());
    person.clone()
}
