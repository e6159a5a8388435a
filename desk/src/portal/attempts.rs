//! Wrong passphrases slow down: five are free, then each costs twice the wait of the one before, up to five minutes.

use super::refusals::Refused;
use axum::http::StatusCode;
use std::time::Duration;
use tacit_values::Timestamp;

const FREE: u32 = 5;
const FIRST_WAIT_S: u64 = 5;
const LONGEST_WAIT_S: u64 = 300;

/// How often it was tried in vain, by whatever page.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    failed: u32,
    until: Option<Timestamp>,
}

impl Attempts {
    /// Refuses while it is too soon.
    pub(crate) fn may_try(&self, now: Timestamp) -> Result<(), Refused> {
        match self.until {
            Some(until) if now < until => {
                let wait = until.since(now).as_secs().max(1);
                Err(Refused::new(
                    StatusCode::TOO_MANY_REQUESTS,
                    "too-many-attempts",
                    "That was tried too often in vain.",
                    format!("Wait {wait} s, then try again."),
                )
                .after(wait))
            }
            _ => Ok(()),
        }
    }

    /// It was wrong.
    pub(crate) fn wrong(&mut self, now: Timestamp) {
        self.failed = self.failed.saturating_add(1);
        if self.failed >= FREE {
            let doubled = FIRST_WAIT_S << (self.failed - FREE).min(8);
            self.until = Some(now.plus(Duration::from_secs(doubled.min(LONGEST_WAIT_S))));
        }
    }

    /// It was right.
    pub(crate) fn right(&mut self) {
        *self = Self::default();
    }
}
