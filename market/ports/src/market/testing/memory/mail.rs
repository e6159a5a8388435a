//! Mailboxes in memory.

use super::MemoryTx;
use crate::market::{
    Bucket, Letter, LetterRefused, MAILBOX_LIMIT, Mail, Page, Put, SelfLetters, StoreFault, spot,
};
use async_trait::async_trait;
use std::collections::BTreeMap;
use tacit_relay::Crowd;
use tacit_values::{Digest, Persona, Timestamp};

#[derive(Clone, Default)]
pub(super) struct MailRoom {
    last_number: u64,
    pub(super) letters: BTreeMap<u64, Kept>,
    pub(super) own: BTreeMap<(String, u32), Own>,
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

/// A desk's letter to itself.
#[derive(Clone)]
pub(super) struct Own {
    spot: u32,
    pub(super) day: u64,
    /// The day on which the slot was first written.
    pub(super) born: u64,
    bytes: Vec<u8>,
}

impl MailRoom {
    fn of_bucket(&self, bucket: Bucket, which: impl Fn(&Kept) -> bool) -> impl Iterator<Item = &Kept> {
        let (first, last) = bucket.spots();
        self.letters.values().filter(move |kept| (first..=last).contains(&kept.spot) && which(kept))
    }

    fn own_of(&self, bucket: Bucket) -> impl Iterator<Item = &Own> {
        let (first, last) = bucket.spots();
        self.own.values().filter(move |own| (first..=last).contains(&own.spot))
    }
}

fn paged<'a>(letters: impl Iterator<Item = &'a Vec<u8>>, page: Page) -> Vec<Vec<u8>> {
    let named = letters.map(|bytes| (Digest::of(bytes), bytes));
    let mut next: Vec<_> =
        named.filter(|(digest, _)| page.after.is_none_or(|after| *digest > after)).collect();
    next.sort();
    next.into_iter().take(page.most as usize).map(|(_, bytes)| bytes.clone()).collect()
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

    async fn tick(&mut self, bucket: Bucket, tick: u64, page: Page) -> Result<Vec<Vec<u8>>, StoreFault> {
        let of_tick = self.see().mail.of_bucket(bucket, |kept| kept.tick == tick);
        Ok(paged(of_tick.map(|kept| &kept.bytes), page))
    }

    async fn hour(&mut self, bucket: Bucket, hour: u64, page: Page) -> Result<Vec<Vec<u8>>, StoreFault> {
        let of_hour = self.see().mail.of_bucket(bucket, |kept| kept.hour == hour);
        Ok(paged(of_hour.map(|kept| &kept.bytes), page))
    }

    async fn waiting_of_hour(&mut self, bucket: Bucket, hour: u64) -> Result<u64, StoreFault> {
        Ok(self.see().mail.of_bucket(bucket, |kept| kept.hour == hour).count() as u64)
    }

    async fn seen(&mut self, persona: &Persona, now: Timestamp) -> Result<(), StoreFault> {
        let mail = &mut self.change()?.mail;
        let persona = persona.to_string();
        let own = mail.own.iter_mut().filter(|((whose, _), _)| *whose == persona);
        own.for_each(|(_, own)| own.day = own.day.max(now.day()));
        let day = mail.seen.entry(persona).or_default();
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
    async fn keep(
        &mut self,
        persona: &Persona,
        slot: u32,
        bytes: &[u8],
        now: Timestamp,
    ) -> Result<(), StoreFault> {
        let place = (persona.to_string(), slot);
        let born = self.see().mail.own.get(&place).map_or(now.day(), |own| own.born);
        let own = Own { spot: spot(persona), day: now.day(), born, bytes: bytes.to_vec() };
        self.change()?.mail.own.insert(place, own);
        Ok(())
    }

    async fn keeps(&mut self, persona: &Persona, slot: u32) -> Result<bool, StoreFault> {
        Ok(self.see().mail.own.contains_key(&(persona.to_string(), slot)))
    }

    async fn is_alone(&mut self, persona: &Persona) -> Result<bool, StoreFault> {
        Ok(!self.see().orders.buyers().any(|buyer| buyer == persona))
    }

    async fn of_day(&mut self, bucket: Bucket, day: u64) -> Result<u64, StoreFault> {
        let buyers: Vec<Persona> = self.see().orders.buyers().copied().collect();
        let spots: Vec<_> = buyers.iter().map(spot).collect();
        let new = self.see().mail.own_of(bucket).filter(|own| own.born == day && !spots.contains(&own.spot));
        Ok(new.count() as u64)
    }

    async fn keep_until(&mut self, persona: &Persona, until: Timestamp) -> Result<(), StoreFault> {
        self.change()?.mail.own_until.insert(persona.to_string(), until);
        Ok(())
    }

    async fn bucket(&mut self, bucket: Bucket, page: Page) -> Result<Vec<Vec<u8>>, StoreFault> {
        Ok(paged(self.see().mail.own_of(bucket).map(|own| &own.bytes), page))
    }
}
