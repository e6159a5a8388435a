//! tacit-wire
