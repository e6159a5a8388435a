//! tacit-evidence
