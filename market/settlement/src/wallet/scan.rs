//! Trial decryption of a whole epoch with the wallet's three viewing keys, in one batch.
//!
//! It touches no state, so a desk may run many epochs at once on a blocking pool and follow them in order afterwards.

use super::keys::{Account, WalletKeys};
use crate::epoch::EpochFile;
use orchard::Note;
use orchard::note_encryption::IronwoodDomain;
use zcash_note_encryption::batch::try_note_decryption;

/// The outputs of one epoch that belong to a wallet.
#[derive(Debug, Clone, Default)]
pub struct ScannedEpoch {
    /// Found outputs, in the order of the tree.
    pub found: Vec<FoundOutput>,
}

/// One output that belongs to a wallet. Prints nothing of the note.
#[derive(Clone)]
pub struct FoundOutput {
    /// In which entry of the epoch file.
    pub entry: usize,
    /// In which action of its bundle.
    pub action: usize,
    /// Which account.
    pub account: Account,
    /// Whether it was paid to an internal address.
    pub change: bool,
    pub(crate) note: Note,
}

impl std::fmt::Debug for FoundOutput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FoundOutput(entry {}, action {})", self.entry, self.action)
    }
}

impl WalletKeys {
    /// Tries every output of an epoch.
    pub fn scan_epoch(&self, file: &EpochFile) -> ScannedEpoch {
        let mut places = Vec::new();
        let mut outputs = Vec::new();
        for (entry, ledger_entry) in file.entries.iter().enumerate() {
            for (action, output) in ledger_entry.bundle.shielded().actions().iter().enumerate() {
                places.push((entry, action));
                outputs.push((IronwoodDomain::for_action(output), output.clone()));
            }
        }
        let decrypted = try_note_decryption(&self.trial, &outputs);
        let found = places.into_iter().zip(decrypted).filter_map(|((entry, action), opened)| {
            let ((note, _, _), key) = opened?;
            let (account, change) = match key {
                0 => (Account::Spending, false),
                1 => (Account::Spending, true),
                _ => (Account::Income, false),
            };
            Some(FoundOutput { entry, action, account, change, note })
        });
        ScannedEpoch { found: found.collect() }
    }
}
