//! The real clock and the real chance: the only place of the program that asks the machine for either.

use rand::TryRng;
use std::time::{SystemTime, UNIX_EPOCH};
use tacit_ports::chance::Chance;
use tacit_ports::clock::Clock;
use tacit_values::Timestamp;

/// The machine's clock, in UTC.
#[derive(Debug)]
pub(crate) struct MachineClock;

impl Clock for MachineClock {
    fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "this is where the program reads the clock")]
        let now = SystemTime::now();
        let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }
}

/// The operating system's randomness.
#[derive(Debug)]
pub(crate) struct MachineChance;

impl Chance for MachineChance {
    fn seed(&self) -> [u8; 32] {
        let mut seed = [0; 32];
        rand::rngs::SysRng
            .try_fill_bytes(&mut seed)
            .expect("a machine without randomness cannot keep a secret");
        seed
    }
}
