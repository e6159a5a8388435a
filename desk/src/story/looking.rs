//! Looking at a file before it is sold: what its manifest would say, and what a seller should think about. Nothing is
//! kept and nothing leaves the machine.

use super::hearing::{Hears, counted};
use crate::OpenDesk;
use crate::refusal::Refusal;
use std::fs::File;
use std::io::{BufReader, sink};
use std::path::{Path, PathBuf};
use tacit_delivery::{
    CellTag, Layout, Manifest, ManifestTerms, NotSealed, OrderIdentity, Row, Step, Table, build_manifest,
    media_type_of_name, sample_size, seal,
};
use tacit_values::rand_core::Rng;

/// How many first values of a column are shown to its seller.
const EXAMPLES: usize = 3;
/// How much of a value is shown.
const EXAMPLE_LETTERS: usize = 60;
/// Parts of column names that often stand for people.
const PERSONAL: [&str; 14] = [
    "email",
    "mail_addr",
    "phone",
    "mobile",
    "firstname",
    "first_name",
    "lastname",
    "last_name",
    "surname",
    "birth",
    "ssn",
    "passport",
    "iban",
    "address",
];

/// What was found in a file.
#[derive(Debug, Clone)]
pub struct LookedAt {
    /// What its manifest would say.
    pub manifest: Manifest,
    /// How many rows would be drawn.
    pub sample_rows: u32,
    /// The first values of each column.
    pub examples: Vec<Vec<String>>,
    /// What its seller should think about.
    pub warnings: Vec<String>,
}

impl OpenDesk {
    /// Reads a file as selling would.
    pub async fn look_at(
        &self,
        file: &Path,
        redact: &[String],
        redact_all: bool,
        filled: &[String],
        hears: &dyn Hears,
    ) -> Result<LookedAt, Refusal> {
        let about = std::fs::metadata(file).ok().filter(std::fs::Metadata::is_file);
        let length = about.ok_or_else(|| unreadable_file(file))?.len();
        if length == 0 {
            let remedy = "Choose a file with content.";
            return Err(Refusal::new("empty-file", "the file is empty: there is nothing to sell", remedy));
        }
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let terms = ManifestTerms {
            media_type: media_type_of_name(&name).to_owned(),
            name,
            redact: redact.iter().cloned().collect(),
            redact_all,
            filled: filled.iter().cloned().collect(),
            breach_ppm: 0,
        };
        let mut once = [0; 32];
        self.rng().fill_bytes(&mut once);
        let place = file.to_owned();
        counted("reading", 2 * length, hears, move |counter| {
            let open = || File::open(&place).map_err(|_| unreadable_file(&place));
            let nobody = OrderIdentity::from_bytes(once).recipient();
            let sealed = seal(BufReader::new(counter.reading(open()?)), sink(), &nobody);
            let sealed = sealed.map_err(|refused| match refused {
                NotSealed::Io(_) => unreadable_file(&place),
                other => Refusal::new("not-sealed", other.to_string(), "Choose another file."),
            })?;
            let built = build_manifest(counter.reading(open()?), &sealed, &terms).map_err(|refused| {
                Refusal::new("unreadable-file", refused.to_string(), "Mend the file and look again.")
            })?;
            let examples = first_values(open()?, &built.manifest);
            let sample_rows = sample_size(built.manifest.rows);
            let warnings = warnings(&built.manifest, sample_rows, built.plain_because);
            Ok(LookedAt { manifest: built.manifest, sample_rows, examples, warnings })
        })
        .await
    }
}

fn first_values(file: File, manifest: &Manifest) -> Vec<Vec<String>> {
    let mut examples = vec![Vec::new(); manifest.schema.len()];
    let layout = manifest.layout();
    if layout == Layout::Plain {
        return examples;
    }
    let Ok(mut table) = Table::declared(file, layout, &manifest.schema) else { return examples };
    let mut rows = 0;
    while let Ok(Step::Row { row, .. }) = table.step() {
        for (cell, examples) in values(row).into_iter().zip(&mut examples) {
            if examples.len() < EXAMPLES && !cell.is_empty() {
                examples.push(cell);
            }
        }
        rows += 1;
        if rows >= 20 {
            break;
        }
    }
    examples
}

fn values(row: &Row) -> Vec<String> {
    let shown = |bytes: &[u8]| {
        let cell = tacit_delivery::Cell::from_canonical(bytes).ok()?;
        if cell.tag() == CellTag::Bytes {
            return Some(format!("{} bytes", cell.value().len()));
        }
        let text = crate::samples::shown_value(&cell);
        Some(text.chars().take(EXAMPLE_LETTERS).collect())
    };
    row.cells().map(|cell| shown(cell).unwrap_or_default()).collect()
}

fn warnings(manifest: &Manifest, sample_rows: u32, plain_because: Option<String>) -> Vec<String> {
    let mut warnings = Vec::new();
    if let Some(why) = plain_because {
        warnings.push(format!("It will be sold as a plain file, without rows and without a sample: {why}."));
    }
    if sample_rows == 0 {
        warnings.push(
            "There will be no sample: the file has too few rows, or none. Buyers see its description only."
                .to_owned(),
        );
    } else if manifest.all_redacted() {
        warnings.push(
            "All columns are closed: nothing is proved before purchase, and every buyer's desk checks all rows afterwards."
                .to_owned(),
        );
    } else {
        warnings.push(format!(
            "{sample_rows} rows that neither you nor a buyer chooses become public, for everybody and for good."
        ));
        let open = manifest.schema.iter().filter(|column| !column.redacted);
        for column in open.filter(|column| is_personal(&column.name)) {
            warnings.push(format!(
                "The column “{}” looks as if it were about people: close it in the sample, and ask whether you may sell it.",
                column.name
            ));
        }
    }
    warnings
}

fn is_personal(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace([' ', '-'], "_");
    PERSONAL.iter().any(|part| name.contains(part)) || name == "name"
}

fn unreadable_file(file: &Path) -> Refusal {
    let place: PathBuf = file.to_owned();
    Refusal::new(
        "no-file",
        format!("`{}` cannot be read", place.display()),
        "Check the path and its permissions.",
    )
}
