//! The operator's acts, from the market's own machine: `/admin/...` over loopback with the token from the data folder.

use super::connection::{Ask, Connection};
use super::{Failed, NotConnected, Patience, Surroundings, WayOut};
use crate::bodies::admin::{MintBody, MintView, PrivacyView, RotateBody, RotatedView};
use http::HeaderValue;
use http::header::AUTHORIZATION;
use serde::de::DeserializeOwned;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tacit_values::{Origin, Timestamp};

const LONGEST_ANSWER: usize = 1 << 20;

/// Speaks to a running market as its operator.
#[derive(Clone)]
pub struct Operator {
    connection: Connection,
    bearer: HeaderValue,
}

/// Why nobody can act as operator.
#[derive(Debug, thiserror::Error)]
pub enum NotOperator {
    /// Another machine.
    #[error("the market's administration answers on its own machine only; run the command there")]
    NotHere,
    /// The token file does not hold a token.
    #[error("the token file in the market's data folder is damaged; restart the market to write a new one")]
    BadToken,
    /// No connection can be prepared.
    #[error(transparent)]
    NotConnected(#[from] NotConnected),
}

impl Operator {
    /// `listens` is where the market listens on this machine, `token` the content of its token file.
    pub fn at(listens: SocketAddr, token: &str) -> Result<Self, NotOperator> {
        let origin: Origin = format!("http://{listens}").parse().map_err(|_| NotOperator::NotHere)?;
        let mut bearer =
            HeaderValue::from_str(&format!("Bearer {}", token.trim())).map_err(|_| NotOperator::BadToken)?;
        bearer.set_sensitive(true);
        // Nothing is signed with this clock or these nonces: the token speaks.
        let surroundings =
            Surroundings::new(|| Timestamp::EPOCH_1970, || [0; 16], Patience::none(), WayOut::Direct);
        Ok(Self { connection: Connection::open(&origin, &Arc::new(surroundings))?, bearer })
    }

    /// Makes new money for an address; the answer names the bundle that brings it. Sent twice, it mints twice.
    pub async fn mint(&self, mint: &MintBody) -> Result<MintView, Failed> {
        // The market proves the bundle first: seconds.
        self.ask(Ask::post("/admin/mint".to_owned()).json(mint).waiting(Duration::from_secs(120))).await
    }

    /// Opens a successor pool.
    pub async fn rotate_pool(&self, rotate: &RotateBody) -> Result<RotatedView, Failed> {
        self.ask(Ask::post("/admin/rotate-pool".to_owned()).json(rotate)).await
    }

    /// How well people are hidden now.
    pub async fn privacy(&self) -> Result<PrivacyView, Failed> {
        self.ask(Ask::get("/admin/privacy".to_owned())).await
    }

    async fn ask<T: DeserializeOwned>(&self, ask: Ask<'_>) -> Result<T, Failed> {
        let ask = ask.header(AUTHORIZATION, self.bearer.clone());
        self.connection.ask(&ask, LONGEST_ANSWER).await?.json()
    }
}

impl fmt::Debug for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Operator(..)")
    }
}
