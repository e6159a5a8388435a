//! What a command says: one JSON document on standard output with `--json`, sentences without; progress always on
//! standard error (product.md, habits).
//!
//! A command calls [`Output::tell`] exactly once with what it found. Progress bars are drawn on terminals only.

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
            serde_json::to_string(document).expect("an answer is plain data and has a JSON form")
        } else {
            sentences.trim_end().to_owned()
        };
        let _closed_pipe = writeln!(self.answer, "{text}").and_then(|()| self.answer.flush());
    }

    /// A remark beside the answer: warnings, what is happening. Never part of the JSON.
    pub fn remark(&mut self, sentence: &str) {
        let _closed_pipe = writeln!(self.aside, "{sentence}").and_then(|()| self.aside.flush());
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

impl std::fmt::Debug for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Output").field("json", &self.json).finish_non_exhaustive()
    }
}
