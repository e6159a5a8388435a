//! tacit-trade
