//! `tacit backup FILE`.

use crate::open::OpenDesk;
use crate::output::Output;
use crate::refusal::Refusal;
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// Arguments of `backup`.
#[derive(Debug, Clone, Args)]
pub struct BackupArgs {
    /// Where the backup goes; an older one there is replaced.
    pub file: PathBuf,
}

/// Writes the backup.
pub async fn run(desk: &OpenDesk, args: &BackupArgs, out: &mut Output) -> Result<(), Refusal> {
    let figures = desk.back_up(&args.file).await?;
    let document = json!({"file": args.file, "records": figures.records, "at": figures.at});
    let text = format!(
        "{} records sealed into {}. Your words open it: `tacit init --restore --from {}`.",
        figures.records,
        args.file.display(),
        args.file.display()
    );
    out.tell(&document, &text);
    Ok(())
}
