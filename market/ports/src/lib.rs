//! The outside world as the market and a desk see it: small traits whose documents are contracts.
//!
//! Nothing here touches the world and nothing decides. Every port has an in-memory fake and one conformance suite behind
//! the feature `testing`; an engine is right when it passes the suite, and a promise without a case there is no promise.
//!
//! [`market`] and [`desk`] keep the two sides' stores apart; clock, chance and vault are shared.

pub mod chance;
pub mod clock;
pub mod desk;
pub mod market;
pub mod proofs;
pub mod vault;
