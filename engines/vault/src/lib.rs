//! tacit-vault
