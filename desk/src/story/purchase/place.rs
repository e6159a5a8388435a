//! Where an opened file goes: a place of the buyer's choosing, in which nothing is ever written over.

use super::receiving::digest_of_file;
use crate::refusal::Refusal;
use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use tacit_values::{Digest, OrderId};

/// The place as it is from every folder: another program of this desk, started elsewhere, may be the one that opens the file.
pub(super) fn from_here(out: PathBuf) -> Result<PathBuf, Refusal> {
    std::path::absolute(&out).map_err(|cause| not_written(&out, &cause))
}

/// Refuses a place that is taken or that cannot be written, before anything is ordered.
pub(super) fn is_free(out: &Path) -> Result<(), Refusal> {
    if out.symlink_metadata().is_ok() {
        let remedy =
            "Nothing was ordered or changed. Choose another place with --out, or move that file away.";
        return Err(taken(out, remedy).in_pages("Nothing was ordered. Move that file away and order again."));
    }
    let writable = make_folder_of(out).and_then(|()| {
        let trial = beside(out, "tacit-trial");
        let tried = OpenOptions::new().write(true).create_new(true).open(&trial);
        tried.and_then(|_| std::fs::remove_file(&trial)).map_err(|cause| not_written(out, &cause))
    });
    let remedy = "Nothing was ordered or changed. Make room there or choose another place with --out.";
    writable.map_err(|refusal| {
        Refusal::new("not-written", refusal.sentence, remedy)
            .in_pages("Nothing was ordered or changed. Make room there and try again.")
    })
}

/// The file that is written while the delivery is checked.
pub(super) fn half_of(out: &Path, order: &OrderId) -> PathBuf {
    beside(out, &format!("{order}.tacit-half"))
}

/// The folder around the place, made when it is not there.
pub(super) fn make_folder_of(out: &Path) -> Result<(), Refusal> {
    match out.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => std::fs::create_dir_all(folder).map_err(|cause| not_written(out, &cause)),
        None => Ok(()),
    }
}

/// Moves the checked file to its place. What lies there already stays, unless it is this very file: then an earlier run
/// was cut off right after it had moved it.
pub(super) fn move_in(half: &Path, out: &Path, plaintext: Digest) -> Result<(), Refusal> {
    let written = |cause: std::io::Error| not_written(out, &cause);
    File::open(half).and_then(|file| file.sync_all()).map_err(written)?;
    if out.symlink_metadata().is_err() {
        return std::fs::rename(half, out).map_err(written);
    }
    match out.is_file() && digest_of_file(out)? == plaintext {
        true => Ok(()),
        false => Err(taken(
            out,
            "The order is paid and its delivery is here: `tacit orders resume` with --out PLACE opens it elsewhere.",
        )
        .in_pages("The order is paid and its delivery is here: move that file away and resume the order.")),
    }
}

pub(super) fn not_written(out: &Path, cause: &std::io::Error) -> Refusal {
    Refusal::new(
        "not-written",
        format!("`{}` cannot be written: {cause}", out.display()),
        "Make room there or choose another place with --out; `tacit orders resume` takes it too, and nothing is paid twice.",
    ).in_pages("Make room there, then resume the order; nothing is paid twice.")
}

fn taken(out: &Path, remedy: &str) -> Refusal {
    Refusal::new("file-exists", format!("`{}` exists already and is not written over", out.display()), remedy)
}

fn beside(out: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(out.file_name().unwrap_or_default());
    name.push(".");
    name.push(ending);
    out.with_file_name(name)
}
