//! tacit-http
