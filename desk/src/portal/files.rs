//! Files that a page sends to the desk: kept in the desk's own folder, each in a fresh place, under a plain name.

use super::guards::Served;
use super::house::Portal;
use super::refusals::Refused;
use super::said::{Named, field_fault};
use super::shown::problem::Problem;
use super::shown::sell::FileView;
use crate::folder::disk;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use futures::StreamExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};
use tacit_delivery::MOST_PLAINTEXT_BYTES;
use tacit_values::base64url;
use tokio::io::AsyncWriteExt;

/// The largest file that is taken from a browser.
pub(crate) const MOST_BYTES: u64 = MOST_PLAINTEXT_BYTES;
const LONGEST_NAME: usize = 120;
/// What nobody used is removed after so long.
const KEPT: Duration = Duration::from_secs(86_400);

/// Takes a file into the desk's own folder, to be sold or to restore from; an unsold one is removed after a day.
#[utoipa::path(put, path = "/files/{name}", tag = "sell", params(("name" = String, Path)), request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 200, body = FileView), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn put_file(
    State(served): State<Served>,
    Named(name): Named<String>,
    request: Request,
) -> Result<Json<FileView>, Refused> {
    let portal = &served.portal;
    if !is_plain_name(&name) {
        return Err(field_fault(
            "name",
            &"a file's name has up to 120 letters, digits, spaces, points, hyphens and underscores, and begins with a letter or digit",
        ));
    }
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    if announced.and_then(|length| length.parse::<u64>().ok()).is_some_and(|length| length > MOST_BYTES) {
        return Err(too_large());
    }
    remove_unused(portal).await;
    let seed = portal.engines().chance.seed();
    let id = base64url::encode(&seed[..12]);
    let folder = root(portal).join(&id);
    make_private(&folder)?;
    let place = folder.join(&name);
    let written = write(&place, request).await;
    if written.is_err() {
        let _worthless = std::fs::remove_dir_all(&folder);
    }
    Ok(Json(FileView { file: format!("{id}~{name}"), bytes: written? }))
}

/// Removes a file that was sent.
#[utoipa::path(delete, path = "/files/{name}", tag = "sell", params(("name" = String, Path)), responses((status = 204, description = "done"), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn remove_file(
    State(served): State<Served>,
    Named(name): Named<String>,
) -> Result<StatusCode, Refused> {
    place_of(&served.portal, &name)?;
    remove(&served.portal, &name);
    Ok(StatusCode::NO_CONTENT)
}

/// Where a file lies that was sent under this reference.
pub(crate) fn place_of(portal: &Portal, file: &str) -> Result<PathBuf, Refused> {
    let (folder, name) =
        split(file).ok_or_else(|| field_fault("file", &"that names no file of this desk"))?;
    let place = root(portal).join(folder).join(name);
    // A link that somebody put there is no file that was sent.
    let about = std::fs::symlink_metadata(&place).ok().filter(std::fs::Metadata::is_file);
    about.map(|_| place).ok_or_else(|| Refused::nothing("file"))
}

/// Removes a file that was sent; fine when it is gone.
pub(crate) fn remove(portal: &Portal, file: &str) {
    if let Some((folder, _)) = split(file) {
        let _gone_already = std::fs::remove_dir_all(root(portal).join(folder));
    }
}

/// Removes the copy of a file that is for sale now; files elsewhere on the machine are left alone.
pub(crate) fn remove_copy(portal: &Portal, place: &Path) {
    let Ok(root) = root(portal).canonicalize() else { return };
    let Some(folder) = place.canonicalize().ok().and_then(|place| Some(place.parent()?.to_owned())) else {
        return;
    };
    if folder.parent() == Some(root.as_path()) {
        let _gone_already = std::fs::remove_dir_all(folder);
    }
}

fn root(portal: &Portal) -> PathBuf {
    portal.folder().work().join("sent")
}

fn split(file: &str) -> Option<(&str, &str)> {
    let (folder, name) = file.split_once('~')?;
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    (folder.len() == 16 && folder.chars().all(plain) && is_plain_name(name)).then_some((folder, name))
}

fn is_plain_name(name: &str) -> bool {
    let plain = |letter: char| letter.is_alphanumeric() || matches!(letter, ' ' | '.' | '-' | '_');
    let begins = name.chars().next().is_some_and(char::is_alphanumeric);
    begins && name.len() <= LONGEST_NAME && name.chars().all(plain) && !name.contains("..")
}

fn make_private(folder: &Path) -> Result<(), Refused> {
    std::fs::create_dir_all(folder).map_err(|_| disk())?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let owner = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(folder, owner).map_err(|_| disk())?;
    }
    Ok(())
}

async fn write(place: &Path, request: Request) -> Result<u64, Refused> {
    let mut file =
        tokio::fs::OpenOptions::new().write(true).create_new(true).open(place).await.map_err(|_| disk())?;
    let mut arriving = request.into_body().into_data_stream();
    let mut bytes = 0;
    while let Some(part) = arriving.next().await {
        let part = part.map_err(|_| {
            Refused::malformed("The file did not arrive whole.").money("No money is concerned.")
        })?;
        bytes += part.len() as u64;
        if bytes > MOST_BYTES {
            return Err(too_large());
        }
        file.write_all(&part).await.map_err(|_| disk())?;
    }
    file.sync_all().await.map_err(|_| disk())?;
    Ok(bytes)
}

fn too_large() -> Refused {
    Refused::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too-large",
        "The file is larger than 20 GiB.",
        "Split it and sell the parts.",
    )
}

/// Removes what was sent more than a day ago and is not being sold.
async fn remove_unused(portal: &Portal) {
    let wanted: Vec<PathBuf> = match portal.desk() {
        Some(desk) => match desk.all_goods().await {
            Ok(goods) => {
                goods.into_iter().filter(|goods| goods.published.is_none()).map(|goods| goods.file).collect()
            }
            Err(_) => return,
        },
        None => Vec::new(),
    };
    let now = portal.now();
    for folder in std::fs::read_dir(root(portal)).into_iter().flatten().flatten().map(|entry| entry.path()) {
        let changed = std::fs::metadata(&folder).and_then(|about| about.modified()).ok();
        let changed = changed.and_then(|changed| changed.duration_since(UNIX_EPOCH).ok());
        let old = changed.is_some_and(|changed| u128::from(now.millis()) > (changed + KEPT).as_millis());
        let canonical = folder.canonicalize().unwrap_or_else(|_| folder.clone());
        if old && !wanted.iter().any(|file| file.starts_with(&canonical)) {
            let _gone_already = std::fs::remove_dir_all(&folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{is_plain_name, split};

    #[test]
    fn only_plain_names_are_taken() {
        for name in ["planes-2013.csv", "Umsätze 2024.parquet", "a", "x_y.tar.gz"] {
            assert!(is_plain_name(name), "{name}");
        }
        for name in [
            "",
            ".",
            "..",
            "../x",
            "a/b",
            "a\\b",
            ".hidden",
            "a..b",
            "a\0b",
            "/etc/passwd",
            "a~b",
            "-rf",
            "a\nb",
        ] {
            assert!(!is_plain_name(name), "{name:?}");
        }
        assert!(split("abcdefghij012345~x.csv").is_some());
        for file in ["x.csv", "../../../../etc~x", "abcdefghij012345~../x", "abcdefghij01234/~x", "~x"] {
            assert!(split(file).is_none(), "{file}");
        }
    }
}
