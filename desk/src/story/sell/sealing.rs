//! Sealing a file for a listing: once, under a claim, and never again for the same bytes and the same decisions.

use super::super::goods::{DraftKept, Goods, SealedAs};
use super::super::hearing::{Counter, Hears, counted};
use super::super::purchase::receiving::digest_of_stream;
use super::{CHANGED, SellOrder, no_file};
use crate::OpenDesk;
use crate::folder::disk;
use crate::refusal::Refusal;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use tacit_delivery::{
    AgeRecipient, BuiltManifest, FileKeyKept, Layout, ManifestTerms, NoManifest, OrderIdentity,
    build_manifest, media_type_of_name, seal,
};
use tacit_values::rand_core::Rng;
use tacit_values::{Digest, ListingId};

impl OpenDesk {
    /// The listing that this very command began before. One of the same file and draft that was begun with other decisions or
    /// other bytes is given up: what a sample opens stays open, so nothing of it may go on by mistake.
    pub(super) async fn unfinished(
        &self,
        file: &Path,
        order: &SellOrder,
        hears: &dyn Hears,
    ) -> Result<Option<Goods>, Refusal> {
        let draft = DraftKept::from(&order.draft);
        let mut begun = self.all_goods().await?;
        begun.retain(|goods| goods.published.is_none() && goods.file == file && goods.draft == draft);
        if begun.is_empty() {
            return Ok(None);
        }
        let sealed_as = SealedAs::of(digest_of(file, hears).await?, order);
        let mut same = None;
        for goods in begun {
            if goods.sealed_as.as_ref() == Some(&sealed_as) && self.sealed_body(&goods).is_file() {
                same = Some(goods);
            } else if goods.pending.is_some() {
                return Err(perhaps_live(&goods.listing));
            } else {
                hears.tell(
                    "the file, or what you say about its columns, is not what was begun before: it is sealed anew",
                );
                self.forget_goods(&goods).await?;
            }
        }
        Ok(same)
    }

    pub(super) async fn seal_goods(
        &self,
        file: &Path,
        order: &SellOrder,
        hears: &dyn Hears,
    ) -> Result<(Goods, Option<String>), Refusal> {
        let listing = ListingId::random(&mut self.rng());
        let _claim = self.folder().claim(&sealing(&listing)).await?;
        let work = self.folder().work();
        std::fs::create_dir_all(&work).map_err(|_| disk())?;
        let half = work.join(format!("{listing}.sealing"));
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let terms = ManifestTerms {
            media_type: media_type_of_name(&name).to_owned(),
            name,
            redact: order.redact.iter().cloned().collect(),
            redact_all: order.redact_all,
            filled: order.filled.iter().cloned().collect(),
            breach_ppm: 0,
        };
        // The seller's own header is not kept: the key lies in the desk's sealed record, so a key that is thrown away will do.
        let mut once = [0; 32];
        self.rng().fill_bytes(&mut once);
        let mine: AgeRecipient = OrderIdentity::from_bytes(once).recipient();
        let (path, output) = (file.to_owned(), half.clone());
        let length = std::fs::metadata(file).map_err(|_| no_file(file))?.len();
        // Read once to be sealed, once more to promise its cells; NDJSON once more, to learn its columns.
        let passes = if Layout::of_media_type(&terms.media_type) == Layout::Ndjson { 3 } else { 2 };
        let times = if passes == 3 { "three times" } else { "twice" };
        hears.tell(&format!("sealing the file and promising every cell of it; it is read {times}"));
        let sealed = counted("sealing", passes * length, hears, move |count| {
            seal_and_promise(&path, &output, &mine, &terms, count)
        });
        let (sealed, built) = sealed.await?;
        let signed = built.manifest.sign(&self.keyring().seller());
        let goods = Goods::sealed(listing, file.to_owned(), order, &sealed, signed);
        std::fs::write(self.blocks_file(&goods), built.blocks.bytes()).map_err(|_| disk())?;
        std::fs::rename(&half, self.sealed_body(&goods)).map_err(|_| disk())?;
        self.keep_goods(&goods).await?;
        Ok((goods, built.plain_because))
    }

    /// Removes what sealings left behind that no record speaks of: whoever worked on them has died.
    pub(super) async fn tidy_leavings(&self) -> Result<(), Refusal> {
        let Ok(files) = std::fs::read_dir(self.folder().work()) else { return Ok(()) };
        for file in files.flatten().map(|file| file.path()) {
            let ours = file
                .extension()
                .is_some_and(|ending| ["sealing", "blocks", "body"].iter().any(|our| ending == *our));
            let name = file.file_stem().and_then(|name| name.to_str()).and_then(|name| name.parse().ok());
            let (true, Some(listing)) = (ours, name) else { continue };
            let Some(_claim) = self.folder().claim_if_free(&sealing(&listing))? else { continue };
            if self.goods(&listing).await?.is_none_or(|goods| goods.published.is_some()) {
                let _gone_already = std::fs::remove_file(file);
            }
        }
        Ok(())
    }
}

/// What is kept of a file that was sealed.
pub(crate) struct SealedFile {
    pub(crate) key: FileKeyKept,
    pub(crate) body_bytes: u64,
    pub(crate) plaintext: Digest,
}

/// What is claimed while a file is sealed for a listing that has no record yet.
fn sealing(listing: &ListingId) -> String {
    format!("sealing/{listing}")
}

async fn digest_of(file: &Path, hears: &dyn Hears) -> Result<Digest, Refusal> {
    let length = std::fs::metadata(file).map_err(|_| no_file(file))?.len();
    let path = file.to_owned();
    counted("reading", length, hears, move |count| {
        let mut from = count.reading(File::open(&path).map_err(|_| no_file(&path))?);
        digest_of_stream(&mut from).map_err(|_| no_file(&path))
    })
    .await
}

fn perhaps_live(listing: &ListingId) -> Refusal {
    Refusal::new(
        "begun-otherwise",
        format!("{listing} was begun for this file with other decisions, and the market may have it already"),
        format!(
            "Finish it with the very command that began it, then `tacit retire {listing}`; or copy the file and sell the copy."
        ),
    )
    .in_pages("Go on with it from your listings, then retire it; or copy the file and sell the copy.")
}

fn seal_and_promise(
    file: &Path,
    output: &Path,
    mine: &AgeRecipient,
    terms: &ManifestTerms,
    count: &Counter,
) -> Result<(SealedFile, BuiltManifest), Refusal> {
    let sealed = seal_file(file, output, mine, terms, count);
    if sealed.is_err() {
        let _half_is_worthless = std::fs::remove_file(output);
    }
    sealed
}

fn seal_file(
    file: &Path,
    output: &Path,
    mine: &AgeRecipient,
    terms: &ManifestTerms,
    count: &Counter,
) -> Result<(SealedFile, BuiltManifest), Refusal> {
    let open = || File::open(file).map_err(|_| no_file(file));
    let empty = std::fs::metadata(file).map_err(|_| no_file(file))?.len() == 0;
    if empty {
        return Err(Refusal::new(
            "empty-file",
            "the file is empty: there is nothing to sell",
            "Choose a file with content.",
        ));
    }
    let body = std::io::BufWriter::new(File::create(output).map_err(|_| disk())?);
    let sealed = seal(BufReader::new(count.reading(open()?)), body, mine)
        .map_err(|refused| Refusal::new("not-sealed", refused.to_string(), "Nothing left this machine."))?;
    let built = build_manifest(count.reading(open()?), &sealed, terms).map_err(|refused| {
        let (code, remedy, in_pages) = match refused {
            NoManifest::Changed => (
                CHANGED,
                "Run the command again when nothing writes to the file; nothing left this machine.",
                "Choose the file again when nothing writes to it; nothing left this machine.",
            ),
            _ => (
                "unreadable-file",
                "Mend the file and run the command again; nothing left this machine.",
                "Mend the file and choose it again; nothing left this machine.",
            ),
        };
        Refusal::new(code, refused.to_string(), remedy).in_pages(in_pages)
    })?;
    File::open(output).and_then(|file| file.sync_all()).map_err(|_| disk())?;
    let (plaintext, body_bytes) = (sealed.plaintext.sha256, sealed.body.bytes);
    Ok((SealedFile { key: sealed.file_key, body_bytes, plaintext }, built))
}
