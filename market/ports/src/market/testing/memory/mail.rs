//! Mailboxes in memory.

use super::MemoryTx;
use crate::market::{Bucket, Letter, LetterRefused, MAILBOX_LIMIT, Mail, Put, SelfLetters, StoreFault, spot};
use async_trait::async_trait;
use std::collections::BTreeMap;
use tacit_relay::Crowd;
use tacit_values::{Digest, Persona, Timestamp};

#[derive(Clone, Default)]
pub(super) struct MailRoom {
    last_number: u64,
    pub(super) letters: BTreeMap<u64, Kept>,
    pub(super) own: BTreeMap<(String, u32), (u32, Vec<u8>)>,
    pub(super) own_until: BTreeMap<String, Timestamp>,
    pub(super) seen: BTreeMap<String, u64>,
}

#[derive(Clone)]
pub(super) struct Kept {
    mailbox: Persona,
    spot: u32,
    tick: u64,
    hour: u64,
    pub(super) arrived: Timestamp,
    bytes: Vec<u8>,
}

impl MailRoom {
    fn of_bucket(&self, bucket: Bucket, which: impl Fn(&Kept) -> bool) -> Vec<Vec<u8>> {
        let (first, last) = bucket.spots();
        let kept = self.letters.values().filter(|kept| (first..=last).contains(&kept.spot) && which(kept));
        by_digest(kept.map(|kept| kept.bytes.clone()).collect())
    }
}

fn by_digest(mut letters: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    letters.sort_by_cached_key(|bytes| Digest::of(bytes));
    letters
}

#[async_trait]
impl Mail for MemoryTx {
    async fn deliver(
        &mut self,
        to: &Persona,
        bytes: &[u8],
        tick: u64,
        now: Timestamp,
    ) -> Result<Put, LetterRefused> {
        let room = &mut self.change()?.mail;
        let mut waiting = 0;
        for kept in room.letters.values().filter(|kept| kept.mailbox == *to) {
            if kept.bytes == bytes {
                return Ok(Put::Already);
            }
            waiting += 1;
        }
        if waiting >= MAILBOX_LIMIT {
            return Err(LetterRefused::Full);
        }
        room.last_number += 1;
        let hour = now.secs() / 3600;
        let kept = Kept { mailbox: *to, spot: spot(to), tick, hour, arrived: now, bytes: bytes.to_vec() };
        room.letters.insert(room.last_number, kept);
        Ok(Put::Recorded)
    }

    async fn waiting(
        &mut self,
        mailbox: &Persona,
        after: u64,
        limit: u32,
    ) -> Result<Vec<Letter>, StoreFault> {
        let letters = self.see().mail.letters.iter();
        let own = letters.filter(|(number, kept)| **number > after && kept.mailbox == *mailbox);
        Ok(own
            .take(limit as usize)
            .map(|(number, kept)| Letter { number: *number, bytes: kept.bytes.clone() })
            .collect())
    }

    async fn acknowledge(&mut self, mailbox: &Persona, numbers: &[u64]) -> Result<u64, StoreFault> {
        let letters = &mut self.change()?.mail.letters;
        let before = letters.len();
        letters.retain(|number, kept| kept.mailbox != *mailbox || !numbers.contains(number));
        Ok((before - letters.len()) as u64)
    }

    async fn tick(&mut self, bucket: Bucket, tick: u64) -> Result<Vec<Vec<u8>>, StoreFault> {
        Ok(self.see().mail.of_bucket(bucket, |kept| kept.tick == tick))
    }

    async fn hour(&mut self, bucket: Bucket, hour: u64) -> Result<Vec<Vec<u8>>, StoreFault> {
        Ok(self.see().mail.of_bucket(bucket, |kept| kept.hour == hour))
    }

    async fn seen(&mut self, persona: &Persona, now: Timestamp) -> Result<(), StoreFault> {
        let day = self.change()?.mail.seen.entry(persona.to_string()).or_default();
        *day = now.day().max(*day);
        Ok(())
    }

    async fn live(&mut self, since: Timestamp) -> Result<Crowd, StoreFault> {
        let mut crowd = Crowd::nobody();
        let seen = self.see().mail.seen.iter().filter(|(_, day)| **day >= since.day());
        seen.for_each(|(persona, _)| crowd.add(&persona.parse().expect("only personas are written here")));
        Ok(crowd)
    }
}

#[async_trait]
impl SelfLetters for MemoryTx {
    async fn keep(&mut self, persona: &Persona, slot: u32, bytes: &[u8]) -> Result<(), StoreFault> {
        let own = &mut self.change()?.mail.own;
        own.insert((persona.to_string(), slot), (spot(persona), bytes.to_vec()));
        Ok(())
    }

    async fn keep_until(&mut self, persona: &Persona, until: Timestamp) -> Result<(), StoreFault> {
        self.change()?.mail.own_until.insert(persona.to_string(), until);
        Ok(())
    }

    async fn bucket(&mut self, bucket: Bucket) -> Result<Vec<Vec<u8>>, StoreFault> {
        let (first, last) = bucket.spots();
        let own = self.see().mail.own.values().filter(|(spot, _)| (first..=last).contains(spot));
        Ok(by_digest(own.map(|(_, bytes)| bytes.clone()).collect()))
    }
}
