//! tacit-delivery
