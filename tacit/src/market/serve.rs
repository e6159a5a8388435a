//! The market as a process: keys, store, vault, flows, door; then listen until Ctrl-C.
//!
//! What the first start fixes (address, listening port, demo settings, which database) lies in `market.toml` of the data
//! folder; a later start with anything else is refused: the same keys over another database would be a second history. The operator's token is written anew at every start.

use super::{MarketArgs, Stopped, keys};
use crate::terminal;
use crate::world::MachineChance;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use tacit_flows::{Market, MarketParts, MarketSettings};
use tacit_http::{AdminToken, Door, DoorSettings};
use tacit_ports::chance::Chance;
use tacit_ports::clock::Clock;
use tacit_settlement::Proofs;
use tacit_store::{DatabasePlace, MarketDb};
use tacit_values::Origin;
use tacit_vault::FolderVault;
use tokio::net::TcpListener;

const FIXED: &str = "market.toml";
/// Where the operator's commands find the running market, and what they show it.
pub(super) const TOKEN: &str = "admin-token";

/// What the first start fixed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fixed {
    pub(super) origin: Origin,
    pub(super) listen: SocketAddr,
    demo: bool,
    /// Without user name and password. Markets founded by earlier versions do not name it until their next start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    database: Option<String>,
}

/// Under what a start runs, and what it has to write down for later ones.
struct Founding {
    now: Fixed,
    to_write: Option<Fixed>,
}

pub(super) async fn serve(
    args: &MarketArgs,
    json: bool,
    proofs: Arc<dyn Proofs>,
    clock: Arc<dyn Clock>,
) -> Result<(), Stopped> {
    prepare_folder(&args.data)?;
    let place = database(args)?;
    let (listener, Founding { now: fixed, to_write }) = listen(args, &place).await?;
    // A database that never opened ties nobody to it: what the first start fixes is written only now.
    let store = MarketDb::open(&place).await.map_err(|refused| {
        Stopped::new(refused, "See that the database runs and that no other market uses it.")
    })?;
    if let Some(first) = to_write {
        fix(&args.data, &first)?;
    }
    let chance: Arc<dyn Chance> = Arc::new(MachineChance);
    let keys = {
        let (data, origin, chance) = (args.data.clone(), fixed.origin.clone(), chance.clone());
        let opened = tokio::task::spawn_blocking(move || keys::open(&data, &origin, chance.as_ref()));
        opened
            .await
            .expect("making keys does not panic")
            .map_err(|refused| Stopped::new(refused, "Nothing was changed."))?
    };
    let vault = FolderVault::open(&args.data.join("vault"))
        .await
        .map_err(|refused| Stopped::new(refused, "Give the market's user access to its data folder."))?;
    let settings = match fixed.demo {
        true => MarketSettings::demo(fixed.origin.clone()),
        false => MarketSettings::usual(fixed.origin.clone()),
    };
    let parts = MarketParts {
        settings,
        keys,
        store: Arc::new(store),
        vault: Arc::new(vault),
        proofs: proofs.clone(),
        clock,
        chance: chance.clone(),
    };
    let market =
        Market::open(parts).await.map_err(|refused| Stopped::new(refused, "Nothing was changed."))?;
    let (token, admin) = AdminToken::fresh(&mut chance.rng());
    keys::write_secret(&args.data.join(TOKEN), token.as_bytes())
        .map_err(|cause| Stopped::new(cause, "Give the market's user access to its data folder."))?;
    let settings = DoorSettings { behind_proxy: args.behind_proxy, ..DoorSettings::default() };
    let door = Door::open(market.clone(), settings, Some(admin));
    say_listening(&fixed, proofs.name(), json);

    let (end, ended) = tokio::sync::watch::channel(false);
    let jobs = tokio::spawn({
        let (market, ended) = (market.clone(), ended.clone());
        async move { market.run_until(until(ended)).await }
    });
    let serving = tokio::spawn(tacit_http::serve(listener, door, until(ended)));
    wait_for_end(args.until_stdin_closes).await;
    let _nobody_listens = end.send(true);
    let grace = std::time::Duration::from_secs(5);
    let _graceful_or_late = tokio::time::timeout(grace, serving).await;
    let _finished_or_late = tokio::time::timeout(grace, jobs).await;
    Ok(())
}

async fn until(mut ended: tokio::sync::watch::Receiver<bool>) {
    let _closed_is_an_end_too = ended.wait_for(|ended| *ended).await;
}

async fn wait_for_end(until_stdin_closes: bool) {
    let parent_is_gone = async {
        match until_stdin_closes {
            true => terminal::input_ended().await,
            false => std::future::pending().await,
        }
    };
    tokio::select! {
        () = asked_to_end() => {}
        () = parent_is_gone => {}
    }
}

async fn asked_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminated) => tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminated.recv() => {}
        },
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}

fn say_listening(fixed: &Fixed, proofs: &str, json: bool) {
    let mut out = std::io::stdout();
    let said = if json {
        writeln!(
            out,
            "{}",
            json!({"ok": true, "origin": fixed.origin, "listen": fixed.listen, "proofs": proofs})
        )
    } else {
        writeln!(out, "the market is open at {} (proofs: {proofs})", fixed.origin)
    };
    let _closed_pipe = said.and_then(|()| out.flush());
}

fn prepare_folder(folder: &Path) -> Result<(), Stopped> {
    use std::os::unix::fs::DirBuilderExt;
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|cause| {
        Stopped::new(format!("the data folder cannot be made: {cause}"), "Choose another with --data.")
    })
}

fn database(args: &MarketArgs) -> Result<DatabasePlace, Stopped> {
    match &args.database {
        Some(url) => url.parse().map_err(|refused| Stopped::new(refused, "See `tacit market --help`.")),
        None => Ok(DatabasePlace::File(args.data.join("market.db"))),
    }
}

/// How market.toml names a database: the usual file by its name alone, so that the data folder may move.
fn name_of(place: &DatabasePlace, data: &Path) -> String {
    match place {
        DatabasePlace::File(file) => match file.strip_prefix(data) {
            Ok(inside) => inside.display().to_string(),
            Err(_) => std::path::absolute(file).unwrap_or_else(|_| file.clone()).display().to_string(),
        },
        DatabasePlace::Postgres(_) => place.to_string(),
    }
}

/// Listens where the first start listened, or where it is asked to; what is fixed from then on.
async fn listen(args: &MarketArgs, place: &DatabasePlace) -> Result<(TcpListener, Founding), Stopped> {
    let known = read_fixed(&args.data)?;
    let wanted = match (&known, args.listen) {
        (Some(fixed), None) => fixed.listen,
        (_, Some(listen)) => listen,
        (None, None) => SocketAddr::from(([127, 0, 0, 1], 4300)),
    };
    let listener = TcpListener::bind(wanted).await.map_err(|cause| {
        Stopped::new(
            format!("{wanted} cannot be listened on: {cause}"),
            "Is the market running already? Or choose another address with --listen.",
        )
    })?;
    let listen = listener
        .local_addr()
        .map_err(|cause| Stopped::new(cause, "Choose another address with --listen."))?;
    let database = name_of(place, &args.data);
    if let Some(mut fixed) = known {
        if fixed.database.as_ref().is_some_and(|before| *before != database) {
            let before = fixed.database.unwrap_or_default();
            return Err(Stopped::new(
                format!("this market's records lie in the database {before}, not in {database}"),
                "Start it with that --database (or TACIT_DATABASE). If the database was moved, write its new place into market.toml.",
            ));
        }
        let other_origin = args.origin.as_ref().is_some_and(|origin| *origin != fixed.origin);
        let moved = args.origin.is_none()
            && fixed.origin.as_str() == format!("http://{}", fixed.listen)
            && listen != fixed.listen;
        if other_origin || moved || (args.demo && !fixed.demo) {
            let sentence = format!(
                "this market was founded at {}; pools, log and receipts carry that address",
                fixed.origin
            );
            return Err(Stopped::new(
                sentence,
                "Start it as before (see market.toml in its folder), or found another in an empty folder.",
            ));
        }
        let unnamed = fixed.database.is_none();
        fixed.database = Some(database);
        // Elsewhere this time, if it was asked to: what was fixed stays in the folder.
        let now = Fixed { listen, ..fixed.clone() };
        return Ok((listener, Founding { now, to_write: unnamed.then_some(fixed) }));
    }
    let origin = match &args.origin {
        Some(origin) => origin.clone(),
        None => format!("http://{listen}").parse().map_err(|refused| {
            Stopped::new(
                refused,
                "Say the public https address with --origin, and let a reverse proxy end TLS.",
            )
        })?,
    };
    let now = Fixed { origin, listen, demo: args.demo, database: Some(database) };
    Ok((listener, Founding { to_write: Some(now.clone()), now }))
}

fn fix(folder: &Path, fixed: &Fixed) -> Result<(), Stopped> {
    let text = toml::to_string(fixed).expect("four plain values have a TOML form");
    keys::write_secret(&folder.join(FIXED), text.as_bytes())
        .map_err(|cause| Stopped::new(cause, "Give the market's user access to its data folder."))
}

pub(super) fn read_fixed(folder: &Path) -> Result<Option<Fixed>, Stopped> {
    match std::fs::read_to_string(folder.join(FIXED)) {
        Ok(text) => toml::from_str(&text).map(Some).map_err(|_| {
            Stopped::new("market.toml is damaged", "Restore it from a backup; it holds the market's address.")
        }),
        Err(missing) if missing.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(Stopped::new(cause, "Give the market's user access to its data folder.")),
    }
}
