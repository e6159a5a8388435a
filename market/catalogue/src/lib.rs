//! tacit-catalogue
