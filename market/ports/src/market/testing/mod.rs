//! A market's store in memory, and what every store must hold.

pub mod conformance;
mod memory;

pub use memory::MemoryMarket;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_store_in_memory_holds_the_suite() {
        futures::executor::block_on(conformance::whole_suite(&MemoryMarket::new()));
    }
}
