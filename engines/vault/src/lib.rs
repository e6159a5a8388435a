//! Where sealed bodies lie: a folder on this machine. An S3-compatible store comes behind the same port.
//!
//! The vault sees ciphertext only and knows neither seller nor listing. Contract: `tacit_ports::vault`; format and promises:
//! delivery.md "Vault". The crate `object_store` is not used here: its folder store cannot resume an upload after a
//! restart, so parts, rename and syncing are our own few lines.

mod folder;
mod reading;

pub use folder::{FolderVault, NotOpened};
