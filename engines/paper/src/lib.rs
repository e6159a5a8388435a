//! tacit-paper
