//! The alarm: a market showed two histories, and this desk buys nothing until a person has looked.
//!
//! The evidence (two signed checkpoints that no single history explains) is kept in the mirror and can be shown to
//! anybody. An alarm is never cleared by the market or by time.

use super::{Mirror, json_page};
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};
use tacit_ports::desk::PublicShelf;
use tacit_values::Timestamp;

pub(super) const ALARM: &str = "alarm";

/// What was noticed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alarm {
    /// When this desk noticed.
    pub at: Timestamp,
    /// The document that proves it: two signed checkpoints (evidence's fork document).
    pub evidence: serde_json::Value,
}

impl Mirror<'_> {
    /// The alarm, if there is one.
    pub async fn alarm(&self) -> Result<Option<Alarm>, Refusal> {
        self.read(PublicShelf::Checkpoints, ALARM, 0).await
    }

    /// Refuses when there is an alarm: asked before anything that costs money.
    pub async fn calm(&self) -> Result<(), Refusal> {
        match self.alarm().await? {
            None => Ok(()),
            Some(alarm) => Err(forked(alarm.at)),
        }
    }

    /// Raises the alarm. The first evidence stays.
    pub(super) async fn raise(&self, evidence: &[u8]) -> Result<Refusal, Refusal> {
        let at = self.desk.now();
        if self.alarm().await?.is_none() {
            let evidence: serde_json::Value =
                serde_json::from_slice(evidence).expect("evidence of a fork is a JSON document");
            let evidence_text = evidence.to_string();
            let page = json_page(PublicShelf::Checkpoints, ALARM, 0, &Alarm { at, evidence });
            self.desk.store().keep(vec![page]).await?;
            crate::folder::write_private(&self.desk.folder().alarm(), evidence_text.as_bytes())
                .map_err(|_| crate::folder::disk())?;
        }
        Ok(forked(at))
    }
}

fn forked(at: Timestamp) -> Refusal {
    Refusal::new(
        "forked-log",
        format!(
            "the market showed two histories of its log (noticed {at}); this desk buys and pays nothing here"
        ),
        "The evidence is in alarm.json in the desk folder: show it to others, and settle it with the operator.",
    )
}
