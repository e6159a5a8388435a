//! Where the keyring's passphrase comes from: a file, or a person at a terminal.

use crate::refusal::Refusal;
use secrecy::SecretString;
use std::io::Read;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// The longest passphrase file that is read.
const LONGEST: u64 = 4096;

/// Asks a person at a terminal; the program hands in how. Nothing is asked when standard input is no terminal: then
/// there is no one to ask, and the program hands in nothing.
pub trait AskPassphrase: Send + Sync {
    /// Shows `prompt`, reads one line without echo.
    fn ask(&self, prompt: &str) -> std::io::Result<String>;
}

/// The ways to a passphrase that this process has.
#[derive(Default)]
pub struct Passphrases {
    /// `TACIT_PASSPHRASE_FILE`.
    pub file: Option<PathBuf>,
    /// A person.
    pub person: Option<Box<dyn AskPassphrase>>,
}

impl Passphrases {
    /// The passphrase of a keyring that is there.
    pub fn of_keyring(&self) -> Result<SecretString, Refusal> {
        match (&self.file, &self.person) {
            (Some(_), _) => self.read_file(),
            (None, Some(person)) => asked(person.as_ref(), "Passphrase of this desk: "),
            (None, None) => Err(nobody_to_ask()),
        }
    }

    /// A passphrase for a new keyring: a person is asked twice.
    pub fn for_new_keyring(&self) -> Result<SecretString, Refusal> {
        let chosen = match (&self.file, &self.person) {
            (Some(_), _) => self.read_file()?,
            (None, Some(person)) => {
                let first = asked(person.as_ref(), "Choose a passphrase for this desk: ")?;
                let second = asked(person.as_ref(), "The same again: ")?;
                if !same(&first, &second) {
                    return Err(Refusal::new(
                        "passphrase",
                        "the two passphrases differ",
                        "Run `tacit init` again; nothing was written.",
                    )
                    .in_pages("Type it again; nothing was written."));
                }
                first
            }
            (None, None) => return Err(nobody_to_ask()),
        };
        if secrecy::ExposeSecret::expose_secret(&chosen).is_empty() {
            let remedy =
                "Choose one, or say `--no-passphrase` when everybody who can read this folder may spend.";
            return Err(Refusal::new("passphrase", "the passphrase is empty", remedy)
                .in_pages("Choose one, or go without when everybody who can read this folder may spend."));
        }
        Ok(chosen)
    }

    fn read_file(&self) -> Result<SecretString, Refusal> {
        let unreadable = |why: &str| {
            Refusal::new(
                "passphrase",
                format!("the file named by TACIT_PASSPHRASE_FILE {why}"),
                "Put the passphrase alone on the first line of that file, at most 4096 bytes of UTF-8.",
            )
        };
        let path = self.file.as_ref().ok_or_else(nobody_to_ask)?;
        let file = std::fs::File::open(path).map_err(|_| unreadable("cannot be opened"))?;
        let mut bytes = Zeroizing::new(Vec::new());
        file.take(LONGEST + 1).read_to_end(&mut bytes).map_err(|_| unreadable("cannot be read"))?;
        if bytes.len() as u64 > LONGEST {
            return Err(unreadable("is too long"));
        }
        let text = std::str::from_utf8(&bytes).map_err(|_| unreadable("is not UTF-8"))?;
        let line = text.split(['\n', '\r']).next().unwrap_or_default();
        Ok(SecretString::from(line.to_owned()))
    }
}

impl std::fmt::Debug for Passphrases {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Passphrases").field("person", &self.person.is_some()).finish_non_exhaustive()
    }
}

fn asked(person: &dyn AskPassphrase, prompt: &str) -> Result<SecretString, Refusal> {
    let unheard =
        |_| Refusal::new("passphrase", "the passphrase could not be read", "Type it at the terminal.");
    person.ask(prompt).map(SecretString::from).map_err(unheard)
}

fn same(first: &SecretString, second: &SecretString) -> bool {
    use secrecy::ExposeSecret;
    first.expose_secret() == second.expose_secret()
}

fn nobody_to_ask() -> Refusal {
    Refusal::new(
        "passphrase",
        "this desk needs a passphrase and there is no terminal to ask at",
        "Set TACIT_PASSPHRASE_FILE to a file that holds it, or make the desk with `--no-passphrase`.",
    )
    .in_pages("Unlock the desk with its passphrase.")
}
