//! Who is at the page: the session, its lock, and the ways to open it.

use super::desk::DeskShort;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How far the desk is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// There is no desk in the folder yet: make one, or bring one back.
    New,
    /// There is one, and it or this page is locked.
    Locked,
    /// Everything can be done.
    Open,
}

/// The session of this browser.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SessionView {
    /// How far the desk is.
    pub stage: Stage,
    /// Send it back as `x-tacit-csrf` with everything but GET.
    pub csrf: String,
    /// After so many seconds without a sign of the person the page locks.
    pub idle_lock_s: u64,
    /// Whether the desk process works (orders, mirror, mail): it does from the first unlocking until it is stopped, whether
    /// or not a page is locked.
    pub working: bool,
    /// Whether the desk still has to hear that its words are written down: before anything else, show them
    /// (`POST /desk/words`) and confirm (`DELETE /desk/words`). Told to an unlocked page only.
    pub words_to_confirm: bool,
    /// The desk; absent in the stage `new`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub desk: Option<DeskShort>,
}

/// The one-time token of a link.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenForm {
    /// What stands behind `#open=` in the link.
    pub token: String,
}

/// A link for another browser of the same person.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LinkView {
    /// The link: opens one session, once.
    pub link: String,
    /// Until when it may be used.
    pub until: String,
}

/// How a locked page is opened again: exactly one of the two.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnlockForm {
    /// The desk's passphrase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passphrase: Option<String>,
    /// A passkey of this browser.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passkey: Option<PasskeyProof>,
}

/// What a passkey gave.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeyProof {
    /// The credential's id, base64url without padding.
    pub id: String,
    /// The first PRF output for the desk's salt: 32 bytes, base64url without padding.
    pub prf: String,
}

/// A passkey to be added.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPasskey {
    /// The credential's id, base64url without padding.
    pub id: String,
    /// The first PRF output for the desk's salt: 32 bytes, base64url without padding.
    pub prf: String,
    /// How the person calls it, for example the browser's or the device's name.
    pub name: String,
}

/// Which passkeys open this desk.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PasskeysView {
    /// The relying party of the credentials.
    #[schema(example = "localhost")]
    pub rp_id: String,
    /// What the PRF extension is evaluated at: 32 bytes, base64url without padding.
    pub salt: String,
    /// The handle of the person for new credentials: 16 bytes, base64url without padding; says nothing.
    pub user: String,
    /// The credentials.
    pub passkeys: Vec<PasskeyShown>,
}

/// One passkey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PasskeyShown {
    /// The credential's id, base64url without padding.
    pub id: String,
    /// How the person calls it.
    pub name: String,
    /// When it was added.
    pub made: String,
}

macro_rules! unspoken {
    ($($name:ident),*) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    )*};
}
unspoken!(UnlockForm, PasskeyProof, NewPasskey);
