//! What a command says: one JSON document on standard output with `--json`, sentences without; progress always on
//! standard error (product.md, habits).
//!
//! A command calls [`Output::tell`] exactly once with what it found. Progress bars are drawn on terminals only. Whatever
//! comes out here has no control characters: files, listings and a market's answers are other people's text, and a terminal
//! obeys what it is shown.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use std::io::Write;

/// Where a command's answer and its progress go.
pub struct Output {
    json: bool,
    terminal: bool,
    answer: Box<dyn Write + Send>,
    aside: Box<dyn Write + Send>,
}

impl Output {
    /// The streams of this process. `terminal` says whether standard error is one.
    pub fn of_process(json: bool, terminal: bool) -> Self {
        Self { json, terminal, answer: Box::new(std::io::stdout()), aside: Box::new(std::io::stderr()) }
    }

    /// Streams of somebody else's choosing: tests, a portal.
    pub fn to(json: bool, answer: Box<dyn Write + Send>, aside: Box<dyn Write + Send>) -> Self {
        Self { json, terminal: false, answer, aside }
    }

    /// Whether the answer is one JSON document.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// The answer: `document` as JSON, or `sentences` for people. A closed pipe is not an error worth a word.
    pub fn tell(&mut self, document: &impl Serialize, sentences: &str) {
        let text = if self.json {
            json_shown(&serde_json::to_string(document).expect("an answer is plain data and has a JSON form"))
        } else {
            lines_shown(sentences.trim_end())
        };
        let _closed_pipe = writeln!(self.answer, "{text}").and_then(|()| self.answer.flush());
    }

    /// A remark beside the answer: warnings, what is happening. Never part of the JSON.
    pub fn remark(&mut self, sentence: &str) {
        let _closed_pipe =
            writeln!(self.aside, "{}", lines_shown(sentence)).and_then(|()| self.aside.flush());
    }

    /// A bar for work of known size; silent where standard error is no terminal.
    pub fn bar(&self, what: &str, total: u64) -> ProgressBar {
        let bar = ProgressBar::with_draw_target(Some(total), self.target());
        let style =
            ProgressStyle::with_template("{msg} [{bar:30}] {pos}/{len}").expect("the template is ours");
        bar.with_style(style).with_message(what.to_owned())
    }

    /// A bar for bytes.
    pub fn bytes_bar(&self, what: &str, total: u64) -> ProgressBar {
        let bar = ProgressBar::with_draw_target(Some(total), self.target());
        let style = ProgressStyle::with_template("{msg} [{bar:30}] {bytes}/{total_bytes}")
            .expect("the template is ours");
        bar.with_style(style).with_message(what.to_owned())
    }

    /// A spinner for work of unknown size, for example a proof.
    pub fn spinner(&self, what: &str) -> ProgressBar {
        let bar = ProgressBar::with_draw_target(None, self.target()).with_message(what.to_owned());
        bar.enable_steady_tick(std::time::Duration::from_millis(120));
        bar
    }

    fn target(&self) -> ProgressDrawTarget {
        if self.terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() }
    }
}

/// Somebody else's text within a line: what a terminal would obey, or what would turn the direction of writing, is spelled
/// out.
pub fn shown(text: &str) -> String {
    escaped(text, speaks, |letter| letter.escape_unicode().to_string())
}

/// The same for text of several lines.
pub fn lines_shown(text: &str) -> String {
    escaped(text, |letter| letter != '\n' && speaks(letter), |letter| letter.escape_unicode().to_string())
}

/// `1 row`, `2 rows`, `2 batches`, `2 epochs`.
pub fn several(many: u64, what: &str) -> String {
    let ending = match what.ends_with("tch") {
        _ if many == 1 => "",
        true => "es",
        false => "s",
    };
    format!("{many} {what}{ending}")
}

/// JSON keeps its meaning: inside strings the characters are written as JSON writes them.
fn json_shown(json: &str) -> String {
    escaped(json, speaks, |letter| format!("\\u{:04x}", u32::from(letter)))
}

fn escaped(text: &str, wanted: impl Fn(char) -> bool, spelled: impl Fn(char) -> String) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        if wanted(letter) { plain.push_str(&spelled(letter)) } else { plain.push(letter) }
    }
    plain
}

/// Control characters of both sets, and what changes direction or breaks lines unseen.
fn speaks(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl std::fmt::Debug for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Output").field("json", &self.json).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    const NASTY: &str = "\u{1b}]0;owned\u{7} \u{9b}31m \u{202e}02 \u{7f}\tend";

    fn told(json: bool) -> (String, String) {
        let (answer, aside) = (Paper::default(), Paper::default());
        let mut out = Output::to(json, Box::new(answer.clone()), Box::new(aside.clone()));
        out.tell(&serde_json::json!({ "cell": NASTY }), &format!("first\n{NASTY}"));
        out.remark(NASTY);
        let text = |paper: Paper| String::from_utf8(paper.0.lock().unwrap().clone()).unwrap();
        (text(answer), text(aside))
    }

    #[test]
    fn other_peoples_text_says_nothing_to_the_terminal() {
        for (answer, aside) in [told(false), told(true)] {
            for text in [answer, aside] {
                assert!(!text.chars().any(|letter| letter != '\n' && speaks(letter)), "{text:?}");
            }
        }
        assert_eq!(told(false).0, "first\n\\u{1b}]0;owned\\u{7} \\u{9b}31m \\u{202e}02 \\u{7f}\\u{9}end\n");
        assert_eq!(shown("one\ntwo"), "one\\u{a}two", "a cell is no line of ours");
    }

    #[test]
    fn escaped_json_means_what_it_meant() {
        let document: serde_json::Value = serde_json::from_str(&told(true).0).unwrap();
        assert_eq!(document["cell"], NASTY);
    }
}
