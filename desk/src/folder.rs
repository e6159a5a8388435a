//! The desk folder: where one person's desk lies on disk, and the locks by which its terminals take turns.
//!
//! `TACIT_HOME`, or `.tacit` in the home folder; mode 0700, files 0600. Several programs of one desk may run at once:
//! whoever reserves notes or moves the mirror forward holds that lock for as long as it takes, and no longer.

use crate::refusal::Refusal;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The folder of one desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskFolder {
    root: PathBuf,
}

/// What terminals of one desk take turns at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Choosing and reserving notes, and applying what the ledger says about them.
    Wallet,
    /// Moving the mirror forward.
    Mirror,
    /// Fetching letters.
    Mail,
    /// Taking the next order id.
    Orders,
}

/// A lock that is held until dropped; released by the system when the process dies.
#[derive(Debug)]
#[must_use = "the turn ends when this is dropped"]
pub struct HeldTurn {
    _file: File,
}

impl DeskFolder {
    /// A folder by its path.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder that the environment names: `TACIT_HOME`, else `.tacit` in `HOME`.
    pub fn of_environment() -> Result<Self, Refusal> {
        if let Some(chosen) = std::env::var_os("TACIT_HOME").filter(|chosen| !chosen.is_empty()) {
            return Ok(Self::at(chosen));
        }
        let home = std::env::var_os("HOME").filter(|home| !home.is_empty());
        let remedy = "Set TACIT_HOME to the folder in which your desk shall lie.";
        let home = home.ok_or_else(|| Refusal::usage("this account has no home folder", remedy))?;
        Ok(Self::at(PathBuf::from(home).join(".tacit")))
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The keyring under a passphrase.
    pub fn sealed_keyring(&self) -> PathBuf {
        self.root.join("keyring.age")
    }

    /// The keyring under nothing.
    pub fn plain_keyring(&self) -> PathBuf {
        self.root.join("keyring.plain")
    }

    /// Ways to open the keyring with a passkey.
    pub fn passkeys(&self) -> PathBuf {
        self.root.join("keyring.passkey")
    }

    /// What the desk knows of its market.
    pub fn settings(&self) -> PathBuf {
        self.root.join("desk.toml")
    }

    /// The desk's database.
    pub fn database(&self) -> PathBuf {
        self.root.join("desk.db")
    }

    /// The evidence of a market that showed two histories.
    pub fn alarm(&self) -> PathBuf {
        self.root.join("alarm.json")
    }

    /// Sealed bodies and downloads on their way; every file in it can be fetched or made again.
    pub fn work(&self) -> PathBuf {
        self.root.join("work")
    }

    /// Makes the folder with its permissions; fine when it is there.
    pub fn make(&self) -> std::io::Result<()> {
        make_private(&self.root)?;
        make_private(&self.work())?;
        make_private(&self.root.join("claims"))
    }

    /// Waits for its turn. Blocks: call it through [`DeskFolder::turn`] from async code.
    pub fn turn_blocking(&self, turn: Turn) -> std::io::Result<HeldTurn> {
        let file = self.lock_file(turn)?;
        file.lock()?;
        Ok(HeldTurn { _file: file })
    }

    /// Takes the turn only if nobody has it.
    pub fn turn_if_free(&self, turn: Turn) -> std::io::Result<Option<HeldTurn>> {
        let file = self.lock_file(turn)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(HeldTurn { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(refused)) => Err(refused),
        }
    }

    /// Waits for its turn on the blocking pool.
    pub async fn turn(&self, turn: Turn) -> Result<HeldTurn, Refusal> {
        let folder = self.clone();
        let held = tokio::task::spawn_blocking(move || folder.turn_blocking(turn)).await;
        held.expect("waiting for a lock does not panic").map_err(|_| disk())
    }

    /// Waits until nobody else works on what has this name (a payment, an order); blocks only who wants the same.
    pub async fn claim(&self, name: &str) -> Result<HeldTurn, Refusal> {
        let file = self.claim_file(name).map_err(|_| disk())?;
        let held = tokio::task::spawn_blocking(move || file.lock().map(|()| HeldTurn { _file: file })).await;
        held.expect("waiting for a lock does not panic").map_err(|_| disk())
    }

    /// Claims the name for a person who waits, before any program that only goes on by itself: while this waits,
    /// [`DeskFolder::somebody_waits_for`] is true, and such a program lets go as soon as it can.
    pub async fn claim_ahead(&self, name: &str, patience: Duration) -> Result<HeldTurn, Refusal> {
        let waiting = async {
            let mut first_in_line = None;
            loop {
                if first_in_line.is_none() {
                    first_in_line = self.claim_if_free(&waiting_for(name))?;
                }
                if first_in_line.is_some()
                    && let Some(claim) = self.claim_if_free(name)?
                {
                    return Ok(claim);
                }
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        };
        match tokio::time::timeout(patience, waiting).await {
            Ok(claimed) => claimed,
            Err(_) => Err(Refusal::new(
                "order-busy",
                "another terminal of this desk works on this order; nothing was changed",
                "Try again when it has finished, or stop that terminal or `tacit desk`.",
            )),
        }
    }

    /// Whether a person waits for what has this name.
    pub fn somebody_waits_for(&self, name: &str) -> Result<bool, Refusal> {
        Ok(self.claim_if_free(&waiting_for(name))?.is_none())
    }

    /// Claims the name only if nobody works on it: whoever did has died.
    pub fn claim_if_free(&self, name: &str) -> Result<Option<HeldTurn>, Refusal> {
        let file = self.claim_file(name).map_err(|_| disk())?;
        match file.try_lock() {
            Ok(()) => Ok(Some(HeldTurn { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(_)) => Err(disk()),
        }
    }

    fn claim_file(&self, name: &str) -> std::io::Result<File> {
        let digest = tacit_values::Digest::tagged("claim", &[name.as_bytes()]);
        let path = self.root.join("claims").join(&digest.to_string()[..32]);
        private_options().write(true).create(true).truncate(false).open(path)
    }

    fn lock_file(&self, turn: Turn) -> std::io::Result<File> {
        let name = match turn {
            Turn::Wallet => "wallet.lock",
            Turn::Mirror => "mirror.lock",
            Turn::Mail => "mail.lock",
            Turn::Orders => "orders.lock",
        };
        private_options().write(true).create(true).truncate(false).open(self.root.join(name))
    }
}

/// How soon somebody who waits for a claim looks again.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

fn waiting_for(name: &str) -> String {
    format!("waits for {name}")
}

/// The refusal of a disk that does not do what it should.
pub(crate) fn disk() -> Refusal {
    Refusal::new(
        "disk",
        "the desk folder cannot be read or written",
        "Check free space and permissions of the folder (TACIT_HOME), then run the command again.",
    )
    .in_pages("Check free space and permissions of the desk folder, then try again.")
}

/// Writes a file that only its owner reads: beside its place, synced, then renamed.
pub fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    let mut file = private_options().write(true).create(true).truncate(true).open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&beside, path)?;
    if let Some(folder) = path.parent() {
        File::open(if folder.as_os_str().is_empty() { Path::new(".") } else { folder })?.sync_all()?;
    }
    Ok(())
}

#[cfg(unix)]
fn private_options() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

#[cfg(not(unix))]
fn private_options() -> OpenOptions {
    OpenOptions::new()
}

#[cfg(unix)]
fn make_private(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn make_private(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_desk_folder_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let outer = tempfile::tempdir().unwrap();
        let folder = DeskFolder::at(outer.path().join("desk"));
        folder.make().unwrap();
        write_private(&folder.settings(), b"x = 1").unwrap();
        assert_eq!(std::fs::metadata(folder.root()).unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(std::fs::metadata(folder.settings()).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn two_terminals_take_turns() {
        let outer = tempfile::tempdir().unwrap();
        let folder = DeskFolder::at(outer.path());
        let first = folder.turn_blocking(Turn::Wallet).unwrap();
        assert!(folder.turn_if_free(Turn::Wallet).unwrap().is_none());
        assert!(folder.turn_if_free(Turn::Mirror).unwrap().is_some());
        drop(first);
        assert!(folder.turn_if_free(Turn::Wallet).unwrap().is_some());
    }

    #[tokio::test]
    async fn one_payment_is_worked_on_by_one_terminal_at_a_time() {
        let outer = tempfile::tempdir().unwrap();
        let folder = DeskFolder::at(outer.path());
        folder.make().unwrap();
        let first = folder.claim("one").await.unwrap();
        assert!(folder.claim_if_free("one").unwrap().is_none());
        assert!(folder.claim_if_free("two").unwrap().is_some());
        drop(first);
        assert!(folder.claim_if_free("one").unwrap().is_some());
    }

    #[tokio::test]
    async fn who_waits_is_seen_by_who_goes_on_by_itself_and_gets_the_claim_first() {
        let outer = tempfile::tempdir().unwrap();
        let folder = DeskFolder::at(outer.path());
        folder.make().unwrap();
        let busy = folder.claim("one").await.unwrap();
        let never = folder.claim_ahead("one", Duration::ZERO).await.unwrap_err();
        assert_eq!(never.code, "order-busy");
        assert!(!folder.somebody_waits_for("one").unwrap());
        let waits = tokio::spawn({
            let folder = folder.clone();
            async move { folder.claim_ahead("one", Duration::from_secs(60)).await.map(drop) }
        });
        while !folder.somebody_waits_for("one").unwrap() {
            tokio::task::yield_now().await;
        }
        drop(busy);
        waits.await.unwrap().unwrap();
        assert!(!folder.somebody_waits_for("one").unwrap());
    }
}
