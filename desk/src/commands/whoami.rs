//! `tacit whoami`: who this desk is.

use crate::keyring::file::needs_passphrase;
use crate::open::OpenDesk;
use crate::output::Output;
use crate::refusal::Refusal;
use clap::Args;
use serde_json::json;

/// Arguments of `whoami`.
#[derive(Debug, Clone, Args)]
pub struct WhoamiArgs {}

/// Tells it.
pub async fn run(desk: &OpenDesk, _args: &WhoamiArgs, out: &mut Output) -> Result<(), Refusal> {
    let seller = desk.keyring().seller().persona();
    let mail = desk.keyring().mail_key(&seller).recipient();
    let settings = desk.settings();
    let sealed = needs_passphrase(desk.folder())?;
    let kept = if sealed { "under a passphrase" } else { "WITHOUT a passphrase" };
    let document = json!({
        "seller": seller,
        "mail": mail,
        "market": settings.market,
        "market_keys": settings.pinned,
        "proxy": settings.proxy,
        "folder": desk.folder().root(),
        "passphrase": sealed,
    });
    let proxy = settings.proxy.as_deref().unwrap_or("none; the market sees this machine's address");
    let text = format!(
        "seller persona  {seller}\nletters to it   {mail}\nmarket          {}\nproxy           {proxy}\nfolder          {} \
         (keys {kept})\nAs a buyer you have no name: every order uses a fresh persona.",
        settings.market,
        desk.folder().root().display(),
    );
    out.tell(&document, &text);
    Ok(())
}
