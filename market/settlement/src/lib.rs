//! tacit-settlement
