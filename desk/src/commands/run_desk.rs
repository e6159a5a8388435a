//! `tacit desk`: the desk left running, with its pages or without. It answers orders, delivers, follows its mirror, goes on
//! with purchases that wait and tells the watch list, by itself.

use crate::folder::DeskFolder;
use crate::keyring::file::needs_passphrase;
use crate::keyring::passphrase::Passphrases;
use crate::open::{Engines, OpenDesk};
use crate::output::Output;
use crate::portal::shown::desk::DoctorView;
use crate::portal::{Doors, Pages, Portal, PortalParts, PrintPage, serve};
use crate::refusal::Refusal;
use clap::Args;
use serde_json::json;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Arguments of `desk`.
#[derive(Debug, Clone, Args)]
pub struct RunArgs {
    /// Without pages: nothing listens on this machine.
    #[arg(long, conflicts_with = "listen")]
    pub headless: bool,
    /// Where the pages are served; this machine alone can reach them. Without it, port 4310 or the next that is free.
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,
    /// End when standard input does: for a parent that wants no desk to outlive it.
    #[arg(long, hide = true)]
    pub until_stdin_closes: bool,
}

/// What the program hands to a running desk.
pub struct Surroundings {
    /// The desk's folder.
    pub folder: DeskFolder,
    /// Its engines.
    pub engines: Engines,
    /// The built pages.
    pub pages: Arc<dyn Pages>,
    /// Prints receipts.
    pub print: Arc<PrintPage>,
    /// Looks at what works on this machine.
    pub doctor: Arc<dyn Fn() -> DoctorView + Send + Sync>,
    /// Begins to listen for lines, each asking for a new link, from whoever started this desk; nothing where nobody is there.
    pub lines: Option<fn() -> UnboundedReceiver<()>>,
}

impl std::fmt::Debug for Surroundings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Surroundings").field("folder", &self.folder).finish_non_exhaustive()
    }
}

/// Runs until Ctrl-C, or until the market gives reason to stop all business with it.
pub async fn run(
    around: Surroundings,
    passphrases: &Passphrases,
    args: &RunArgs,
    out: &mut Output,
) -> Result<(), Refusal> {
    let (said, mut heard) = unbounded_channel::<String>();
    let parts = PortalParts {
        folder: around.folder.clone(),
        engines: around.engines.clone(),
        print: around.print.clone(),
        doctor: around.doctor.clone(),
        say: Arc::new(move |sentence: &str| drop(said.send(sentence.to_owned()))),
    };
    let portal = Portal::new(parts);
    // A page asks for the passphrase; without pages, a terminal or a file gives it.
    let asks = matches!(needs_passphrase(&around.folder), Ok(true)) && passphrases.file.is_none();
    let nobody_home = needs_passphrase(&around.folder).is_err();
    if args.headless || !(asks || nobody_home) {
        let desk = OpenDesk::open(around.folder.clone(), passphrases, around.engines.clone()).await?;
        if args.headless {
            desk.mirror().meet().await?;
        }
        portal.take_desk(Arc::new(desk));
    }
    let lines = around.lines.map(|listen| Lines { typed: listen(), end_ends: args.until_stdin_closes });
    let ended = if args.headless {
        tell_headless(&portal, out);
        work(&portal, lines, None, &mut heard, out).await
    } else {
        let doors = Doors::open(args.listen).await?;
        tell_pages(&portal, doors.port(), out);
        work(&portal, lines, Some((around.pages, doors)), &mut heard, out).await
    };
    portal.stop().await;
    ended
}

async fn work(
    portal: &Portal,
    mut lines: Option<Lines>,
    pages: Option<(Arc<dyn Pages>, Doors)>,
    heard: &mut UnboundedReceiver<String>,
    out: &mut Output,
) -> Result<(), Refusal> {
    let headless = pages.is_none();
    let port = pages.as_ref().map(|(_, doors)| doors.port());
    let serving = async {
        match pages {
            Some((pages, doors)) => serve(portal, pages, doors, std::future::pending()).await,
            None => std::future::pending().await,
        }
    };
    tokio::pin!(serving);
    loop {
        tokio::select! {
            stopped = tokio::signal::ctrl_c() => {
                let _either_way_it_ends = stopped;
                return Ok(());
            }
            // With pages the desk stays, so that its person sees why it does no business any more.
            refusal = portal.ended(), if headless => return Err(refusal),
            served = &mut serving => return served,
            Some(sentence) = heard.recv() => out.remark(&sentence),
            line = next(&mut lines) => match (line, port) {
                (Some(()), Some(port)) => {
                    let (link, _) = portal.new_link(port);
                    out.tell(&json!({"ok": true, "link": link}), &format!("open {link}"));
                }
                (Some(()), None) => {}
                (None, _) => return Ok(()),
            },
        }
    }
}

/// What is typed at the terminal of this desk, or sent by the program that started it.
struct Lines {
    typed: UnboundedReceiver<()>,
    /// Whether the desk ends with its input; at a terminal that was closed it goes on.
    end_ends: bool,
}

/// The next line; `None` when the desk should end.
async fn next(lines: &mut Option<Lines>) -> Option<()> {
    let Some(Lines { typed, end_ends }) = lines else { return std::future::pending().await };
    match typed.recv().await {
        None if !*end_ends => std::future::pending().await,
        line => line,
    }
}

fn tell_headless(portal: &Portal, out: &mut Output) {
    let seller = portal.desk().map(|desk| desk.keyring().seller().persona());
    let name = seller.map(|seller| seller.to_string()).unwrap_or_default();
    out.tell(
        &json!({"ok": true, "seller": seller}),
        &format!("the desk of {name} answers orders by itself; stop it with Ctrl-C"),
    );
}

fn tell_pages(portal: &Portal, port: u16, out: &mut Output) {
    let seller = portal.desk().map(|desk| desk.keyring().seller().persona());
    let (link, _) = portal.new_link(port);
    let document = json!({
        "ok": true,
        "seller": seller,
        "pages": format!("http://localhost:{port}"),
        "link": link,
    });
    let works = match seller {
        Some(seller) => format!("the desk of {seller} answers orders by itself; stop it with Ctrl-C"),
        None if portal.has_desk() => {
            "the desk is locked and answers no orders until it is unlocked in its pages; stop it with Ctrl-C"
                .to_owned()
        }
        None => "there is no desk in this folder yet; its pages make one".to_owned(),
    };
    out.tell(
        &document,
        &format!("{works}\nopen {link}\nThe link opens one browser, once; press Enter for another."),
    );
}
