//! tacit-flows
