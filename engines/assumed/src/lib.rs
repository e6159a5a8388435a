//! tacit-assumed
