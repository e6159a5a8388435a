//! A market's store in memory, and what every store must hold.

mod memory;

pub use memory::MemoryMarket;
