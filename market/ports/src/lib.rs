//! tacit-ports
