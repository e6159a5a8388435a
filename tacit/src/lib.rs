//! tacit
