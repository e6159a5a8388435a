//! `tacit verify ledger --files`: a copy of a real market's ledger in which one byte was changed does not verify.

#![expect(clippy::unwrap_used, reason = "a walkthrough that cannot take its step has failed")]

mod street;

use std::path::{Path, PathBuf};
use street::{Person, Proofs, Rows, Street};

/// Every file below, with what lies deeper.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files_below(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// Every field of the frame and of the file's head, then places all over the bundles and the end.
fn places(length: usize) -> Vec<usize> {
    let head = (0..length.min(200)).step_by(5);
    let within = (200..length).step_by(1 + length / 37);
    head.chain(within).chain(length.checked_sub(1)).collect()
}

fn refuses_any_change(checker: &Person, copy: &Path, file: &Path, at: &[usize]) {
    let whole = std::fs::read(file).unwrap();
    for place in at {
        let mut changed = whole.clone();
        changed[*place] ^= 1 << (place % 7);
        std::fs::write(file, &changed).unwrap();
        let refused = checker.is_refused(&["verify", "ledger", "--files", copy.to_str().unwrap()]);
        assert!(["not-verified", "incomplete-copy"].contains(&refused.code.as_str()), "{place}: {refused:?}");
        assert!(!refused.next.is_empty() && refused.error.contains(' '), "{refused:?}");
    }
    std::fs::write(file, whole).unwrap();
}

#[test]
fn one_byte_changed_anywhere_in_a_copy_of_the_ledger_is_noticed() {
    let street = Street::open(Proofs::Assumed, Rows::Sqlite);
    let (wren, jay) = (street.person("wren"), street.person("jay"));
    street.mint(&jay.address(), "100");
    jay.has("100.00");
    jay.does(&["wallet", "send", &wren.address(), "30", "--wait", "40"]);
    wren.has("30.00");

    let anybody = street.stranger("anybody");
    let copy = street.path().join("copy");
    let text = copy.to_str().unwrap();
    let saved = anybody.does(&["verify", "ledger", "--market", street.origin(), "--save", text]);
    assert_eq!((&saved["ok"], &saved["bundles"]), (&true.into(), &2.into()));
    let from_files = anybody.does(&["verify", "ledger", "--files", text]);
    assert_eq!(from_files["balance"], "100.00");

    let files = files_below(&copy);
    let epochs: Vec<&PathBuf> =
        files.iter().filter(|file| file.parent().unwrap().ends_with("epochs")).collect();
    assert_eq!(epochs.len(), 2, "one with the mint and one with the payment: {files:?}");
    for file in epochs {
        refuses_any_change(&anybody, &copy, file, &places(std::fs::metadata(file).unwrap().len() as usize));
    }
    for file in files.iter().filter(|file| !file.parent().unwrap().ends_with("epochs")) {
        // The keys are not the ledger's: whoever has them from elsewhere compares.
        if file.ends_with("market-keys.json") {
            continue;
        }
        let length = std::fs::metadata(file).unwrap().len() as usize;
        refuses_any_change(&anybody, &copy, file, &[0, length / 3, length / 2, length - 2]);
    }
    assert_eq!(anybody.does(&["verify", "ledger", "--files", text])["ok"], true);
}
