//! The receipt inside its PDF, as this project writes it: a file that is attached as it is, neither packed nor encrypted.
//!
//! This is no reader of PDF. It finds the one stream that calls itself an embedded file, between the marks that a PDF puts
//! round it, and gives its bytes; whether they are a receipt and hold is decided elsewhere. A PDF that another program
//! saved again may have packed the stream, and is refused with the remedy.

use crate::refusal::Refusal;
use crate::verify::refused;

/// What is said whenever a document came out of a PDF.
pub(super) const NOT_THE_PRINT: &str =
    "What is printed on the page: only the receipt attached to the PDF was checked. Compare the two.";

const BEGINS: &[u8] = b"%PDF-";
const KIND: &[u8] = b"/EmbeddedFile";
const STREAM: &[u8] = b"\nstream\n";
const STREAM_ENDS: &[u8] = b"\nendstream";
const OBJECT_ENDS: &[u8] = b"endobj";

/// The document that is attached to a PDF; `None` when the bytes are no PDF.
pub(super) fn attachment(bytes: &[u8]) -> Result<Option<&[u8]>, Refusal> {
    if !bytes.starts_with(BEGINS) {
        return Ok(None);
    }
    let mut rest = bytes;
    while let Some(at) = find(rest, KIND) {
        rest = &rest[at + KIND.len()..];
        // `/EmbeddedFiles` is the list of them, not one.
        if rest.first().is_some_and(u8::is_ascii_alphabetic) {
            continue;
        }
        let Some(begins) = find(rest, STREAM) else { break };
        let head = &rest[..begins];
        if find(head, OBJECT_ENDS).is_some() {
            continue;
        }
        let content = &rest[begins + STREAM.len()..];
        let content = &content[..find(content, STREAM_ENDS).unwrap_or(content.len())];
        if content.first() == Some(&b'{') {
            return Ok(Some(content));
        }
    }
    Err(Refusal {
        remedy: "Give receipt.json, which is attached to the PDF: a PDF reader saves it.".to_owned(),
        ..refused("this PDF carries no receipt that can be read as the desk wrote it")
    })
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
