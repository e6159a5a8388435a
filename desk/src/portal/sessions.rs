//! Sessions and links: who may speak to the desk from this machine.
//!
//! A link's token opens one session, once, for ten minutes. A session is a random cookie; only its digest is kept, in
//! memory: a desk that is started again knows nobody. A session locks when its person gave no sign for a while.

use std::collections::HashMap;
use std::time::Duration;
use subtle::ConstantTimeEq;
use tacit_values::{Digest, Timestamp, base64url};

/// How long a link may be used.
pub(crate) const LINK_LASTS: Duration = Duration::from_secs(600);
/// More links do not wait at once; the oldest is forgotten.
const MOST_LINKS: usize = 16;
/// More browsers do not sit at one desk; the one that was silent longest has to come again.
const MOST_SESSIONS: usize = 32;

/// The digest of a session's cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct SessionKey(Digest);

/// All sessions, and links that were not used yet.
#[derive(Default)]
pub(crate) struct Sessions {
    links: Vec<(Digest, Timestamp)>,
    open: HashMap<SessionKey, Session>,
}

struct Session {
    csrf: String,
    seen: Timestamp,
    locked: bool,
}

/// How a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Its person is there.
    Here,
    /// It has to be unlocked.
    Locked,
}

impl SessionKey {
    /// The key of a cookie's value.
    pub(crate) fn of(cookie: &str) -> Self {
        Self(digest(cookie))
    }
}

impl Sessions {
    /// A fresh token for a link.
    pub(crate) fn new_link(&mut self, seed: [u8; 32], now: Timestamp) -> (String, Timestamp) {
        let token = base64url::encode(&seed);
        let until = now.plus(LINK_LASTS);
        self.links.retain(|(_, until)| now < *until);
        if self.links.len() >= MOST_LINKS {
            self.links.remove(0);
        }
        self.links.push((digest(&token), until));
        (token, until)
    }

    /// Opens a session with a token; the token is used up. `secrets` are fresh randomness: cookie and CSRF token.
    pub(crate) fn open(&mut self, token: &str, secrets: [[u8; 32]; 2], now: Timestamp) -> Option<String> {
        let asked = digest(token);
        let place = self
            .links
            .iter()
            .position(|(known, until)| bool::from(known.bytes().ct_eq(asked.bytes())) && now < *until)?;
        self.links.remove(place);
        let cookie = base64url::encode(&secrets[0]);
        if self.open.len() >= MOST_SESSIONS {
            let silent = self.open.iter().min_by_key(|(_, session)| session.seen).map(|(key, _)| *key);
            silent.map(|key| self.open.remove(&key));
        }
        let session = Session { csrf: base64url::encode(&secrets[1]), seen: now, locked: false };
        self.open.insert(SessionKey::of(&cookie), session);
        Some(cookie)
    }

    /// How a session stands; `None` when there is none. Silence locks it.
    pub(crate) fn standing(
        &mut self,
        key: &SessionKey,
        idle_lock: Duration,
        now: Timestamp,
    ) -> Option<Standing> {
        let session = self.open.get_mut(key)?;
        if now.since(session.seen) >= idle_lock {
            session.locked = true;
        }
        Some(if session.locked { Standing::Locked } else { Standing::Here })
    }

    /// The person gave a sign.
    pub(crate) fn seen(&mut self, key: &SessionKey, now: Timestamp) {
        if let Some(session) = self.open.get_mut(key).filter(|session| !session.locked) {
            session.seen = now;
        }
    }

    /// Locks a session.
    pub(crate) fn lock(&mut self, key: &SessionKey) {
        if let Some(session) = self.open.get_mut(key) {
            session.locked = true;
        }
    }

    /// Unlocks a session.
    pub(crate) fn unlock(&mut self, key: &SessionKey, now: Timestamp) {
        if let Some(session) = self.open.get_mut(key) {
            (session.locked, session.seen) = (false, now);
        }
    }

    /// Ends a session.
    pub(crate) fn end(&mut self, key: &SessionKey) {
        self.open.remove(key);
    }

    /// What the page has to send back.
    pub(crate) fn csrf(&self, key: &SessionKey) -> Option<String> {
        self.open.get(key).map(|session| session.csrf.clone())
    }

    /// Whether this is what the page had to send back.
    pub(crate) fn is_csrf(&self, key: &SessionKey, said: &str) -> bool {
        self.open.get(key).is_some_and(|session| bool::from(session.csrf.as_bytes().ct_eq(said.as_bytes())))
    }
}

fn digest(text: &str) -> Digest {
    Digest::tagged("desk-session", &[text.as_bytes()])
}
