//! A tick that was handed out is over for good: no letter joins it afterwards.
//!
//! Desks read each tick once. A letter whose moment lies in a tick, but which is written a moment after that tick was read,
//! would never be seen; so a letter takes its tick here, and a tick is handed out only when nobody writes into it any more.
//! One process serves a store (see `market.toml`), so that its memory is enough.

use std::collections::BTreeMap;
use std::sync::Mutex;

#[derive(Debug, Default)]
pub(crate) struct Ticks(Mutex<Open>);

#[derive(Debug, Default)]
struct Open {
    /// Every tick before this one may have been handed out.
    over: u64,
    /// How many letters are being written into a tick.
    writing: BTreeMap<u64, u32>,
}

/// A letter's place in a tick while it is written.
#[derive(Debug)]
pub(crate) struct Place<'t> {
    ticks: &'t Ticks,
    tick: u64,
}

impl Ticks {
    /// Takes a place in the tick of now, or in a later one when the clock went back.
    pub(crate) fn take(&self, now: u64) -> Place<'_> {
        let mut open = self.0.lock().expect("nothing panics with it");
        let tick = now.max(open.over);
        *open.writing.entry(tick).or_default() += 1;
        Place { ticks: self, tick }
    }

    /// Whether every tick before `end` is over for good; from then on none of them takes a letter.
    pub(crate) fn end_before(&self, end: u64) -> bool {
        let mut open = self.0.lock().expect("nothing panics with it");
        if open.writing.keys().next().is_some_and(|tick| *tick < end) {
            return false;
        }
        open.over = open.over.max(end);
        true
    }
}

impl Place<'_> {
    /// The tick.
    pub(crate) fn tick(&self) -> u64 {
        self.tick
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut open = self.ticks.0.lock().expect("nothing panics with it");
        if let Some(writing) = open.writing.get_mut(&self.tick) {
            *writing -= 1;
            if *writing == 0 {
                open.writing.remove(&self.tick);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tick_is_not_handed_out_while_a_letter_is_written_into_it() {
        let ticks = Ticks::default();
        let letter = ticks.take(7);
        assert!(ticks.end_before(7), "the ticks before it are over");
        assert!(!ticks.end_before(8));
        drop(letter);
        assert!(ticks.end_before(8));
    }

    #[test]
    fn a_letter_never_joins_a_tick_that_was_handed_out() {
        let ticks = Ticks::default();
        assert!(ticks.end_before(8));
        assert_eq!(ticks.take(7).tick(), 8, "the clock went back, the letter does not");
        assert_eq!(ticks.take(9).tick(), 9);
    }
}
