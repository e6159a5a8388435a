//! tacit-desk
