//! A receipt on paper: one A4 page that a person files, with the evidence itself attached.
//!
//! The page is a rendering of a **verified** receipt or presentation; the attached receipt.json is the evidence. The file
//! is PDF/A-3 and the same for the same receipt, byte for byte. This crate decides nothing and checks nothing.
//! Specification: docs/spec/evidence.md, "Receipts".

mod paint;
mod sheet;

use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::embed::{AssociationKind, EmbeddedFile, MimeType};
use krilla::metadata::{DateTime, Metadata};
use krilla::page::PageSettings;
use krilla::{Document, SerializeSettings};
use paint::{Fonts, Pen};
use tacit_evidence::receipt::{MAX_RECEIPT_BYTES, VerifiedReceipt};
use tacit_values::Timestamp;

/// A4 in points.
const WIDTH: f32 = 595.28;
const HEIGHT: f32 = 841.89;

/// What the page shows.
#[derive(Debug, Clone, Copy)]
pub struct ReceiptView<'a> {
    /// The receipt, verified. Claims that were withheld are shown as withheld.
    pub receipt: &'a VerifiedReceipt,
    /// The listing's title, where the desk knows it; it is not part of the receipt and the page says so.
    pub title: Option<&'a str>,
    /// The licence in plain words, from the catalogue's list.
    pub licence_in_words: Option<&'a str>,
}

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum NotPrinted {
    /// The attachment is longer than any receipt.
    #[error("the receipt to attach has more than {MAX_RECEIPT_BYTES} bytes; attach receipt.json itself")]
    TooLong,
    /// The PDF could not be written.
    #[error("the PDF of the receipt could not be written ({0}); the receipt itself is not affected")]
    NotWritten(String),
}

/// The page as PDF, with `receipt_json` attached as receipt.json.
pub fn receipt_pdf(view: &ReceiptView<'_>, receipt_json: &[u8]) -> Result<Vec<u8>, NotPrinted> {
    if receipt_json.len() > MAX_RECEIPT_BYTES {
        return Err(NotPrinted::TooLong);
    }
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A3_B)
        .finish()
        .expect("one standard does not contradict itself");
    let settings = SerializeSettings { configuration, ..SerializeSettings::default() };
    let mut document = Document::new_with(settings);
    let signed = &view.receipt.signed;
    let moment = date_time(signed.disclosed().agreed_at.unwrap_or(signed.signed_at()));
    document.set_metadata(metadata(view, moment));
    document.embed_file(EmbeddedFile {
        path: "receipt.json".to_owned(),
        mime_type: MimeType::new("application/json"),
        description: Some("The receipt itself; this page is its rendering.".to_owned()),
        association_kind: AssociationKind::Source,
        data: receipt_json.to_vec().into(),
        modification_date: Some(moment),
        // As it is, so that `tacit verify` reads it back without a reader of PDF.
        compress: Some(false),
        location: None,
    });

    let fonts = Fonts::ours();
    let size = PageSettings::from_wh(WIDTH, HEIGHT).expect("A4 has a size");
    let mut page = document.start_page_with(size);
    let mut surface = page.surface();
    sheet::draw(view, &mut Pen::new(&mut surface, &fonts));
    surface.finish();
    page.finish();
    document.finish().map_err(|cause| NotPrinted::NotWritten(format!("{cause:?}")))
}

fn metadata(view: &ReceiptView<'_>, moment: DateTime) -> Metadata {
    let digest = view.receipt.signed.digest().to_string();
    Metadata::new()
        .title(format!("Receipt {}", &digest[..16]))
        .language("en".to_owned())
        .creator("Tacit".to_owned())
        .producer("Tacit".to_owned())
        .creation_date(moment)
        .document_id(digest)
}

fn date_time(moment: Timestamp) -> DateTime {
    let text = moment.to_string();
    let part = |range: std::ops::Range<usize>| text[range].parse().expect("RFC 3339 has digits here");
    let year = text[..4].parse().expect("RFC 3339 begins with a year");
    DateTime::new(year)
        .month(part(5..7))
        .day(part(8..10))
        .hour(part(11..13))
        .minute(part(14..16))
        .second(part(17..19))
        .utc_offset_hour(0)
        .utc_offset_minute(0)
}

#[cfg(test)]
mod tests;
