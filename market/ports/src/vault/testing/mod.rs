//! A vault in memory, and what every vault must hold.

pub mod conformance;
mod memory;

pub use memory::MemoryVault;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vault_in_memory_holds_the_suite() {
        futures::executor::block_on(conformance::whole_suite(&MemoryVault::new()));
    }
}
