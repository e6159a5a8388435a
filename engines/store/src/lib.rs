//! tacit-store

pub mod desk;
