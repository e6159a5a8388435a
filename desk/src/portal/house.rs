//! What all requests of the pages share: the desk and its stage, sessions, jobs, events.
//!
//! One process serves one desk folder. The stage is the process's: `new` without a keyring, `locked` until the keyring was
//! opened once, then open until the process ends. Whether a *page* is locked is its session's matter ([`super::sessions`]);
//! a locked page does not stop the work.

use super::attempts::Attempts;
use super::happenings::Happenings;
use super::page_settings::PageSettings;
use super::refusals::Refused;
use super::sessions::Sessions;
use super::shown::desk::DoctorView;
use super::shown::events::Event;
use super::work_list::WorkList;
use crate::commands::receipts::PageParts;
use crate::folder::DeskFolder;
use crate::keyring::file;
use crate::open::{Engines, OpenDesk};
use crate::refusal::Refusal;
use axum::http::StatusCode;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, RwLock};
use tacit_values::{OrderId, Timestamp};
use tokio::task::JoinHandle;

/// Prints a receipt; handed in by the program, because paper is an engine.
pub type PrintPage = dyn Fn(&PageParts) -> Result<Vec<u8>, Refusal> + Send + Sync;

/// What a program hands to the pages.
#[derive(Clone)]
pub struct PortalParts {
    /// Where the desk lies, or is going to.
    pub folder: DeskFolder,
    /// The engines of the desk.
    pub engines: Engines,
    /// Prints receipts.
    pub print: Arc<PrintPage>,
    /// Looks at what works on this machine.
    pub doctor: Arc<dyn Fn() -> DoctorView + Send + Sync>,
    /// Says something at the terminal.
    pub say: Arc<dyn Fn(&str) + Send + Sync>,
}

impl std::fmt::Debug for PortalParts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PortalParts").field("folder", &self.folder).finish_non_exhaustive()
    }
}

/// The running desk of one person, with or without pages. Cheap to clone.
#[derive(Clone)]
pub struct Portal(Arc<House>);

pub(crate) struct House {
    parts: PortalParts,
    desk: RwLock<Option<Arc<OpenDesk>>>,
    /// Held while a desk is made, brought back or unlocked: one at a time.
    pub(crate) door: tokio::sync::Mutex<Attempts>,
    sessions: Mutex<Sessions>,
    settings: Mutex<PageSettings>,
    pub(crate) work: WorkList,
    pub(crate) happenings: Happenings,
    held: Mutex<BTreeSet<OrderId>>,
    port: OnceLock<u16>,
    pub(crate) samples: super::catalogue::Samples,
    pub(crate) market_answers: std::sync::atomic::AtomicBool,
    workers: Mutex<Vec<JoinHandle<()>>>,
    ended: tokio::sync::watch::Sender<Option<Refusal>>,
}

/// How far the process is.
#[derive(Debug, Clone)]
pub(crate) enum DeskStage {
    /// No keyring in the folder.
    New,
    /// A keyring that was not opened yet.
    Locked,
    /// Open.
    Open(Arc<OpenDesk>),
}

impl Portal {
    /// The pages of a folder, whether or not a desk lies in it. Nothing works and nobody is served yet.
    pub fn new(parts: PortalParts) -> Self {
        let settings = PageSettings::read(&parts.folder);
        Self(Arc::new(House {
            happenings: Happenings::new(parts.engines.clock.now()),
            parts,
            desk: RwLock::new(None),
            door: tokio::sync::Mutex::new(Attempts::default()),
            sessions: Mutex::new(Sessions::default()),
            settings: Mutex::new(settings),
            work: WorkList::default(),
            held: Mutex::new(BTreeSet::new()),
            port: OnceLock::new(),
            samples: super::catalogue::Samples::default(),
            market_answers: std::sync::atomic::AtomicBool::new(true),
            workers: Mutex::new(Vec::new()),
            ended: tokio::sync::watch::Sender::new(None),
        }))
    }

    /// Takes the desk that is open now, and begins to work with it.
    pub fn take_desk(&self, desk: Arc<OpenDesk>) {
        let mut place = self.0.desk.write().expect("nobody panics while holding the desk");
        if place.is_none() {
            *place = Some(desk.clone());
            drop(place);
            super::worker::begin(self, desk);
        }
    }

    /// The desk, once it is open.
    pub fn desk(&self) -> Option<Arc<OpenDesk>> {
        self.0.desk.read().expect("nobody panics while holding the desk").clone()
    }

    /// Whether a desk lies in the folder, open or not.
    pub fn has_desk(&self) -> bool {
        !matches!(self.stage(), DeskStage::New)
    }

    pub(crate) fn stage(&self) -> DeskStage {
        match self.desk() {
            Some(desk) => DeskStage::Open(desk),
            None if file::needs_passphrase(self.folder()).is_ok() => DeskStage::Locked,
            None => DeskStage::New,
        }
    }

    /// The open desk, or the refusal that says how to come to one.
    pub(crate) fn open_desk(&self) -> Result<Arc<OpenDesk>, Refused> {
        match self.stage() {
            DeskStage::Open(desk) => Ok(desk),
            DeskStage::Locked => Err(super::guards::locked()),
            DeskStage::New => Err(Refused::new(
                StatusCode::CONFLICT,
                "no-desk",
                "There is no desk in this folder yet.",
                "Make one, or bring one back from its words.",
            )),
        }
    }

    pub(crate) fn house(&self) -> &House {
        &self.0
    }

    pub(crate) fn parts(&self) -> &PortalParts {
        &self.0.parts
    }

    pub(crate) fn folder(&self) -> &DeskFolder {
        &self.0.parts.folder
    }

    pub(crate) fn engines(&self) -> &Engines {
        &self.0.parts.engines
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.parts.engines.clock.now()
    }

    pub(crate) fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.0.sessions.lock().expect("nobody panics while holding the sessions")
    }

    pub(crate) fn settings(&self) -> MutexGuard<'_, PageSettings> {
        self.0.settings.lock().expect("nobody panics while holding the settings")
    }

    /// Orders that the person stopped.
    pub(crate) fn held(&self) -> MutexGuard<'_, BTreeSet<OrderId>> {
        self.0.held.lock().expect("nobody panics while holding the list")
    }

    pub(crate) fn tell(&self, event: Event) {
        self.0.happenings.tell(event);
    }

    pub(crate) fn say(&self, sentence: &str) {
        (self.0.parts.say)(sentence);
    }

    /// Where the pages are served, once they are.
    pub(crate) fn port(&self) -> &OnceLock<u16> {
        &self.0.port
    }

    pub(crate) fn keep_worker(&self, worker: JoinHandle<()>) {
        self.0.workers.lock().expect("nobody panics while holding the workers").push(worker);
    }

    /// No more business with this market until a person has looked.
    pub(crate) fn end_with(&self, refusal: Refusal) {
        self.say(&refusal.to_string());
        self.0.ended.send_replace(Some(refusal));
    }

    /// Waits for the refusal that ends all business with the market.
    pub async fn ended(&self) -> Refusal {
        let mut ended = self.0.ended.subscribe();
        let found = ended.wait_for(Option::is_some).await;
        let refusal = found.ok().and_then(|refusal| refusal.clone());
        refusal.expect("the sender lives as long as the house, and a refusal was waited for")
    }

    /// Ends all work at once, as the end of the process would; every story goes on in the next one.
    pub async fn stop(&self) {
        let workers: Vec<_> =
            std::mem::take(&mut *self.0.workers.lock().expect("nobody panics while holding the workers"));
        for worker in workers {
            worker.abort();
            let _ended = worker.await;
        }
        self.0.work.stop_all().await;
    }
}

impl std::fmt::Debug for Portal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Portal").field("folder", self.folder()).finish_non_exhaustive()
    }
}
