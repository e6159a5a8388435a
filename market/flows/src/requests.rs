//! Signed requests: a nonce counts once within the window in which a signature is fresh (wire.md).

use crate::market::Market;
use crate::refusal::{Nature, Refusal, STORE_DOWN, Told};
use tacit_ports::market::{NONCE_BYTES_LIMIT, StoreFault};
use tacit_values::{Persona, Timestamp};

/// Why a signed request does not count.
#[derive(Debug, thiserror::Error)]
pub enum RequestRefused {
    /// The nonce was seen: this very request came before, or somebody copied it.
    #[error("a request with this nonce was already received")]
    Replayed,
    /// The nonce is empty or too long.
    #[error("a nonce has 1 to {NONCE_BYTES_LIMIT} bytes")]
    NotANonce,
    /// The store's fault.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

impl Refusal for RequestRefused {
    fn told(&self) -> Told {
        match self {
            Self::Replayed => {
                Told::with(Nature::Conflict, "replayed", "sign the request again with a fresh nonce")
            }
            Self::NotANonce => Told::new(Nature::Invalid, "bad-signature"),
            Self::Store(_) => STORE_DOWN,
        }
    }
}

impl Market {
    /// Remembers the nonce of a request whose signature was checked, until the signature expires. Survives a restart.
    pub async fn remember_nonce(
        &self,
        persona: Persona,
        nonce: &str,
        expires: Timestamp,
    ) -> Result<(), RequestRefused> {
        if nonce.is_empty() || nonce.len() > NONCE_BYTES_LIMIT {
            return Err(RequestRefused::NotANonce);
        }
        let mut tx = self.store().begin().await?;
        if !tx.nonces().remember(&persona, nonce, expires).await? {
            return Err(RequestRefused::Replayed);
        }
        tx.commit().await?;
        Ok(())
    }
}
