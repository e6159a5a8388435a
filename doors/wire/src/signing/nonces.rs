//! The nonces of the last minutes: a signed request counts once.

use super::{NotSigned, SKEW};
use std::collections::BTreeMap;
use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use tacit_values::{Digest, Persona, Timestamp};

/// Remembers the nonces of every request that could still be accepted, and nothing longer.
///
/// It lives in memory and knows nothing after a restart: a door that changes things also asks the market's store, which
/// remembers [`super::Signed::nonce`] until [`super::Signed::fresh_until`].
#[derive(Debug)]
pub struct NonceWindow {
    room: usize,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    digests: HashSet<Digest>,
    /// By the second from which the request would be refused as too old anyway.
    forget_at: BTreeMap<u64, Vec<Digest>>,
}

impl NonceWindow {
    /// A window that remembers at most `room` requests.
    pub fn with_room(room: usize) -> Self {
        Self { room, seen: Mutex::default() }
    }

    /// Takes a nonce that was never seen; the second time it is [`NotSigned::Replayed`].
    pub fn admit(
        &self,
        persona: &Persona,
        nonce: &str,
        created: Timestamp,
        now: Timestamp,
    ) -> Result<(), NotSigned> {
        let digest = Digest::tagged("nonce", &[&persona.bytes(), nonce.as_bytes()]);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.forget(now);
        if seen.digests.contains(&digest) {
            return Err(NotSigned::Replayed);
        }
        if seen.digests.len() >= self.room {
            return Err(NotSigned::WindowFull { wait: SKEW });
        }
        seen.digests.insert(digest);
        seen.forget_at.entry(created.plus(SKEW).secs() + 1).or_default().push(digest);
        Ok(())
    }
}

impl Seen {
    fn forget(&mut self, now: Timestamp) {
        while let Some(entry) = self.forget_at.first_entry() {
            if *entry.key() > now.secs() {
                return;
            }
            for digest in entry.remove() {
                self.digests.remove(&digest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tacit_values::PersonaKey;

    const START: Timestamp = Timestamp::from_secs(1_795_176_000);

    fn after(seconds: u64) -> Timestamp {
        START.plus(Duration::from_secs(seconds))
    }

    #[test]
    fn a_nonce_counts_once_for_each_persona() {
        let window = NonceWindow::with_room(10);
        let (ada, bob) =
            (PersonaKey::from_seed(&[1; 32]).persona(), PersonaKey::from_seed(&[2; 32]).persona());
        assert_eq!(window.admit(&ada, "n", after(1), after(1)), Ok(()));
        assert_eq!(window.admit(&bob, "n", after(1), after(1)), Ok(()));
        assert_eq!(window.admit(&ada, "n", after(1), after(91)), Err(NotSigned::Replayed));
    }

    #[test]
    fn what_could_not_be_accepted_any_more_is_forgotten() {
        let window = NonceWindow::with_room(1);
        let ada = PersonaKey::from_seed(&[1; 32]).persona();
        assert_eq!(window.admit(&ada, "a", after(0), after(0)), Ok(()));
        assert_eq!(window.admit(&ada, "b", after(90), after(90)), Err(NotSigned::WindowFull { wait: SKEW }));
        assert_eq!(window.admit(&ada, "b", after(91), after(91)), Ok(()));
    }
}
