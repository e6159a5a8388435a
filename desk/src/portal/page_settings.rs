//! `pages.toml`: what the pages remember about themselves. Nothing in it is secret.

use crate::folder::{DeskFolder, disk, write_private};
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};
use std::io::Read;
use std::path::PathBuf;
use std::time::Duration;

const LONGEST: u64 = 4096;
const USUAL_IDLE_LOCK_S: u64 = 15 * 60;

/// What the pages remember.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PageSettings {
    idle_lock_s: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) last_backup: Option<String>,
}

impl Default for PageSettings {
    fn default() -> Self {
        Self { idle_lock_s: USUAL_IDLE_LOCK_S, last_backup: None }
    }
}

impl PageSettings {
    /// Reads the folder's; the usual ones where there are none that can be read.
    pub(crate) fn read(folder: &DeskFolder) -> Self {
        let read = || {
            let mut text = String::new();
            std::fs::File::open(place(folder)).ok()?.take(LONGEST).read_to_string(&mut text).ok()?;
            let read: Self = toml::from_str(&text).ok()?;
            Some(Self { idle_lock_s: read.idle_lock_s.clamp(60, 86_400), ..read })
        };
        read().unwrap_or_default()
    }

    /// Writes them.
    pub(crate) fn write(&self, folder: &DeskFolder) -> Result<(), Refusal> {
        let text = toml::to_string(self).expect("settings are plain tables and have a TOML form");
        write_private(&place(folder), text.as_bytes()).map_err(|_| disk())
    }

    /// After how long a silent page locks.
    pub(crate) fn idle_lock(&self) -> Duration {
        Duration::from_secs(self.idle_lock_s)
    }

    /// Changes that; 60 to 86,400 s.
    pub(crate) fn set_idle_lock(&mut self, seconds: u64) -> Result<(), Refusal> {
        if !(60..=86_400).contains(&seconds) {
            return Err(Refusal::usage(
                "a page locks after 60 to 86400 seconds",
                "Choose a time between a minute and a day.",
            ));
        }
        self.idle_lock_s = seconds;
        Ok(())
    }
}

fn place(folder: &DeskFolder) -> PathBuf {
    folder.root().join("pages.toml")
}
