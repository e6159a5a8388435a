//! Meeting the market: the client that all parts of the desk share, and what its failures mean to a person.

use crate::open::Engines;
use crate::refusal::Refusal;
use crate::settings::{DeskSettings, PinnedKeys};
use tacit_values::{Origin, Timestamp};
use tacit_wire::client::{
    Failed, MarketClient, NotConnected, NotFetched, NotUploaded, Patience, Surroundings, WayOut,
};
use tacit_wire::problem::Problem;

/// The client of the desk's market, by the way out that the settings name.
pub fn client(settings: &DeskSettings, engines: &Engines) -> Result<MarketClient, Refusal> {
    client_of(settings.market.clone(), settings.proxy.as_deref(), engines)
}

/// The client of any market: `init` has no settings yet.
pub fn client_of(market: Origin, proxy: Option<&str>, engines: &Engines) -> Result<MarketClient, Refusal> {
    let way = match proxy {
        None => WayOut::Direct,
        Some(text) => WayOut::Proxy(text.parse().map_err(|refused| {
            Refusal::usage(format!("`{text}` is no proxy we can use"), format!("{refused}."))
        })?),
    };
    let (clock, chance) = (engines.clock.clone(), engines.chance.clone());
    let nonce = move || *chance.seed().first_chunk().expect("32 bytes begin with 16");
    let surroundings = Surroundings::new(move || clock.now(), nonce, Patience::usual(), way);
    Ok(MarketClient::new(market, surroundings)?)
}

/// Meets the market of these settings once, for `tacit doctor`: it answers, with the keys that were pinned, the same proof
/// system, and a clock that agrees.
pub async fn examine(settings: &DeskSettings, engines: &Engines) -> Result<(), Refusal> {
    let view = client(settings, engines)?.mirror().market().await?;
    crate::mirror::check_proofs(engines.proofs.name(), &view.proofs)?;
    if PinnedKeys::of(&view) != settings.pinned {
        return Err(Refusal::new(
            "market-keys-changed",
            "the market answers with other keys than those that this desk met first",
            "Pay nothing. Ask the operator over another channel before you trust the new keys.",
        ));
    }
    check_clocks(engines.clock.now(), view.time)
}

/// How far the clocks of desk and market may lie apart before signed requests are refused.
const TOLERATED_SKEW_MS: u64 = 90_000;

/// Refuses to go on when the two clocks differ too much, and says by how much.
pub fn check_clocks(ours: Timestamp, theirs: Timestamp) -> Result<(), Refusal> {
    let (ahead, apart) =
        if ours > theirs { ("ahead of", ours.since(theirs)) } else { ("behind", theirs.since(ours)) };
    if apart.as_millis() <= u128::from(TOLERATED_SKEW_MS) {
        return Ok(());
    }
    let sentence = format!("this machine's clock is {} s {ahead} the market's ({theirs})", apart.as_secs());
    Err(Refusal::new(
        "clock-skew",
        sentence,
        "Set the clock (for example with NTP), then run the command again. If this machine's clock is right, the market's is wrong: tell its operator.",
    )
    .in_pages("Set the clock (for example with NTP), then try again. If this machine's clock is right, the market's is wrong: tell its operator."))
}

impl From<Failed> for Refusal {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Refused { problem } => refused(&problem),
            Failed::Unreachable { why, perhaps_received: false } => Self::new(
                "market-unreachable",
                format!("the market does not answer ({why})"),
                "See whether it runs and whether its address is right (--market, or `market` in a desk's desk.toml); nothing was sent, try again.",
            ).in_pages("See whether it runs and whether its address is right (`market` in the desk's desk.toml); nothing was sent, try again."),
            Failed::Unreachable { why, perhaps_received: true } => Self::new(
                "market-unreachable",
                format!("the market went away before it answered ({why})"),
                "Run the command again: what was sent counts once, however often it is sent.",
            ).in_pages("Try again: what was sent counts once, however often it is sent."),
            Failed::Garbled { why } => Self::new(
                "not-a-market",
                format!("the answer is not that of a Tacit market ({why})"),
                "Check the market's address, and that market and desk have the same version.",
            ),
        }
    }
}

fn refused(problem: &Problem) -> Refusal {
    let remedy =
        problem.remedy.clone().unwrap_or_else(|| "The market gave no remedy; ask its operator.".to_owned());
    let mut sentence = if problem.detail.is_empty() { problem.title.clone() } else { problem.detail.clone() };
    for issue in &problem.issues {
        sentence.push_str(&format!("; {}: {}", issue.field, issue.detail));
    }
    Refusal::new(problem.slug().to_owned(), sentence, remedy)
}

impl From<NotConnected> for Refusal {
    fn from(failed: NotConnected) -> Self {
        Self::new(
            "market-unreachable",
            failed.to_string(),
            "Check the proxy: --proxy, or `proxy` in a desk's desk.toml.",
        )
        .in_pages("Check the proxy in the settings.")
    }
}

impl From<NotFetched> for Refusal {
    fn from(failed: NotFetched) -> Self {
        match failed {
            NotFetched::Failed(failed) => failed.into(),
            NotFetched::Local(_) => crate::folder::disk(),
        }
    }
}

impl From<NotUploaded> for Refusal {
    fn from(failed: NotUploaded) -> Self {
        match failed {
            NotUploaded::Failed(failed) => failed.into(),
            other => Self::new(
                "upload",
                other.to_string(),
                "Run the command again; parts that arrived are not sent twice.",
            )
            .in_pages("Try again; parts that arrived are not sent twice."),
        }
    }
}
