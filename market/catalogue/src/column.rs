//! A column as the listing shows it: the manifest's schema, copied for search and for the page.

use crate::words::reorders;
use serde::{Deserialize, Serialize};

/// One column of the data that is offered. The manifest says the same and counts where they differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its name in the file.
    pub name: String,
    /// What its cells hold, in the manifest's words (`text`, `integer`, ...).
    #[serde(rename = "type")]
    pub cells: String,
    /// Whether cells may be empty.
    pub nullable: bool,
    /// Whether the sample keeps its cells closed.
    pub redacted: bool,
}

/// The longest name of a column that a listing shows, in bytes.
pub(crate) const NAME_MOST: usize = 256;
/// The longest name of a type, in bytes.
pub(crate) const TYPE_MOST: usize = 64;

impl Column {
    /// Whether name and type print, and have a length that a listing can show.
    pub(crate) fn fits(&self) -> bool {
        let prints = |text: &str| !text.chars().any(|letter| letter.is_control() || reorders(letter));
        prints(&self.name)
            && prints(&self.cells)
            && self.name.len() <= NAME_MOST
            && !self.cells.is_empty()
            && self.cells.len() <= TYPE_MOST
    }
}
