//! The outside world as the market and a desk see it: small traits whose documents are contracts.
//!
//! Nothing here touches the world and nothing decides. Every port has an in-memory fake and one conformance suite behind
//! the feature `testing`; an engine is right when it passes the suite, and a promise without a case there is no promise.

pub mod market;
pub mod vault;
