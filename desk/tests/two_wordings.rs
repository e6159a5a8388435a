//! Remedies are said twice where they differ: a terminal names commands and options, a page has none. Read from the sources,
//! so that a remedy which no other test brings about is seen too.

#![expect(clippy::unwrap_used, reason = "sources that cannot be read are a failed test")]

use std::path::{Path, PathBuf};

/// Speak to a terminal only, or hold no remedy that a page could show.
const TERMINAL_ONLY: [&str; 4] = ["commands", "tests.rs", "output.rs", "serve.rs"];
/// How far below its terminal wording the other one may stand.
const NEAR: usize = 12;
/// Where texts that no page shows name options: whose word the keys are, and the head of a file.
const NOT_SHOWN: [&str; 3] =
    ["give them with --market-keys.", "give keys with --market-keys.", "# Written by `tacit init`."];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if TERMINAL_ONLY.iter().any(|name| path.ends_with(name)) {
            continue;
        }
        match path.is_dir() {
            true => sources(&path, found),
            false => found.push(path),
        }
    }
}

/// Whether a line holds a text that only a terminal understands.
fn names_a_command(line: &str) -> bool {
    let code = line.trim_start();
    if code.starts_with("//") || code.starts_with('#') || !code.contains('"') && !code.contains('`') {
        return false;
    }
    let commands = code.split("`tacit ").skip(1).any(|rest| !rest.starts_with("desk`"));
    let options = [" --", "`--", "\"--", "(--"].iter().any(|mark| {
        code.split(mark).skip(1).any(|rest| rest.starts_with(|first: char| first.is_ascii_lowercase()))
    });
    let again = code.contains("un the command again");
    commands || options || again
}

#[test]
fn no_remedy_that_a_page_shows_names_a_command_or_an_option() {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let mut bare = Vec::new();
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        for (number, line) in lines
            .iter()
            .enumerate()
            .filter(|(_, line)| names_a_command(line) && !NOT_SHOWN.iter().any(|text| line.contains(text)))
        {
            let said_twice =
                lines[number..].iter().take(NEAR).any(|near| near.to_lowercase().contains("in_pages"));
            if !said_twice {
                bare.push(format!("{}:{}: {}", path.display(), number + 1, line.trim()));
            }
        }
    }
    assert!(bare.is_empty(), "say these on the pages in other words:\n{}", bare.join("\n"));
}
