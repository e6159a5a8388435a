//! What happened, for whoever listens: the newest events are kept, so that a page that lost its connection goes on.

use super::shown::events::Event;
use std::collections::VecDeque;
use std::sync::Mutex;
use tacit_values::Timestamp;
use tokio::sync::broadcast;

const KEPT: usize = 256;

/// An event and its id.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) number: u64,
    pub(crate) event: Event,
}

/// All events of this process.
pub(crate) struct Happenings {
    /// Ids of another process's events are none of ours.
    story: u64,
    recent: Mutex<(u64, VecDeque<Told>)>,
    sender: broadcast::Sender<Told>,
}

impl Happenings {
    pub(crate) fn new(now: Timestamp) -> Self {
        Self { story: now.millis(), recent: Mutex::default(), sender: broadcast::channel(KEPT).0 }
    }

    /// Tells everybody who listens.
    pub(crate) fn tell(&self, event: Event) {
        let mut recent = self.recent.lock().expect("nobody panics while holding the events");
        recent.0 += 1;
        let told = Told { number: recent.0, event };
        if recent.1.len() == KEPT {
            recent.1.pop_front();
        }
        recent.1.push_back(told.clone());
        // Nobody listens: fine.
        let _listeners = self.sender.send(told);
    }

    /// What came after an event that a page has seen, and everything from now on. `None` where the gap is too wide.
    pub(crate) fn after(&self, last: Option<&str>) -> (Option<Vec<Told>>, broadcast::Receiver<Told>) {
        let recent = self.recent.lock().expect("nobody panics while holding the events");
        let receiver = self.sender.subscribe();
        let Some(last) = last else { return (Some(Vec::new()), receiver) };
        let seen = last
            .split_once('-')
            .filter(|(story, _)| *story == self.story.to_string())
            .and_then(|(_, number)| number.parse::<u64>().ok());
        let oldest = recent.1.front().map_or(recent.0 + 1, |told| told.number);
        let missed = seen
            .filter(|seen| seen + 1 >= oldest && *seen <= recent.0)
            .map(|seen| recent.1.iter().filter(|told| told.number > seen).cloned().collect());
        (missed, receiver)
    }

    /// The id of an event as it goes over the wire.
    pub(crate) fn id(&self, number: u64) -> String {
        format!("{}-{number}", self.story)
    }
}
