//! tacit-relay
