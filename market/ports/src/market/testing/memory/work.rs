//! Jobs, nonces and retention in memory.

use super::MemoryTx;
use crate::market::{Job, JobState, Jobs, Leased, Nonces, OrderRow, Put, Retention, StoreFault, Waiting};
use async_trait::async_trait;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tacit_values::{Digest, OrderId, Persona, Timestamp, UploadId};

#[derive(Clone, Default)]
pub(super) struct Work {
    jobs: BTreeMap<String, (Waiting, u64)>,
    last_ticket: u64,
    nonces: BTreeMap<(String, String), Timestamp>,
}

impl Work {
    fn held(&mut self, leased: &Leased) -> Option<&mut Waiting> {
        let (waiting, ticket) = self.jobs.get_mut(&leased.job.key)?;
        (waiting.state == JobState::Leased && *ticket == leased.ticket).then_some(waiting)
    }
}

#[async_trait]
impl Jobs for MemoryTx {
    async fn enqueue(&mut self, job: &Job) -> Result<Put, StoreFault> {
        let jobs = &mut self.change()?.work.jobs;
        if jobs.contains_key(&job.key) {
            return Ok(Put::Already);
        }
        let waiting =
            Waiting { job: job.clone(), attempts: 0, state: JobState::Waits, reason: String::new() };
        jobs.insert(job.key.clone(), (waiting, 0));
        Ok(Put::Recorded)
    }

    async fn lease(
        &mut self,
        now: Timestamp,
        lease: Duration,
        limit: u32,
    ) -> Result<Vec<Leased>, StoreFault> {
        let work = &mut self.change()?.work;
        let jobs = work.jobs.values().filter(|(waiting, _)| waiting.job.due <= now);
        let mut due: Vec<_> = jobs.map(|(waiting, _)| (waiting.job.due, waiting.job.key.clone())).collect();
        due.sort();
        let mut taken = Vec::new();
        for (_, key) in due.into_iter().take(limit as usize) {
            let (waiting, ticket) = work.jobs.get_mut(&key).expect("it was just listed");
            work.last_ticket += 1;
            *ticket = work.last_ticket;
            waiting.job.due = now.plus(lease);
            waiting.attempts += 1;
            waiting.state = JobState::Leased;
            taken.push(Leased { job: waiting.job.clone(), attempt: waiting.attempts, ticket: *ticket });
        }
        Ok(taken)
    }

    async fn complete(&mut self, leased: &Leased) -> Result<bool, StoreFault> {
        let work = &mut self.change()?.work;
        let held = work.held(leased).is_some();
        if held {
            work.jobs.remove(&leased.job.key);
        }
        Ok(held)
    }

    async fn retry(&mut self, leased: &Leased, due: Timestamp, reason: &str) -> Result<bool, StoreFault> {
        let Some(waiting) = self.change()?.work.held(leased) else { return Ok(false) };
        waiting.job.due = due;
        waiting.state = JobState::Waits;
        waiting.reason = reason.replace('\0', " ");
        Ok(true)
    }

    async fn next_due(&mut self) -> Result<Option<Timestamp>, StoreFault> {
        Ok(self.see().work.jobs.values().map(|(waiting, _)| waiting.job.due).min())
    }

    async fn stuck(&mut self, attempts: u32, limit: u32) -> Result<Vec<Waiting>, StoreFault> {
        let jobs = self.see().work.jobs.values().map(|(waiting, _)| waiting);
        let mut stuck: Vec<Waiting> = jobs.filter(|one| one.attempts >= attempts).cloned().collect();
        stuck.sort_by_key(|one| std::cmp::Reverse(one.attempts));
        stuck.truncate(limit as usize);
        Ok(stuck)
    }
}

#[async_trait]
impl Nonces for MemoryTx {
    async fn remember(
        &mut self,
        persona: &Persona,
        nonce: &str,
        expires: Timestamp,
    ) -> Result<bool, StoreFault> {
        let nonces = &mut self.change()?.work.nonces;
        let key = (persona.to_string(), nonce.to_owned());
        if nonces.contains_key(&key) {
            return Ok(false);
        }
        nonces.insert(key, expires);
        Ok(true)
    }

    async fn remembered(&mut self) -> Result<u64, StoreFault> {
        Ok(self.see().work.nonces.len() as u64)
    }
}

/// Removes up to `limit` entries that `old` names; says how many.
fn sweep<K: Ord + Clone, V>(from: &mut BTreeMap<K, V>, limit: u32, old: impl Fn(&K, &V) -> bool) -> u64 {
    let keys: Vec<K> = from
        .iter()
        .filter(|(key, value)| old(key, value))
        .take(limit as usize)
        .map(|(key, _)| key.clone())
        .collect();
    for key in &keys {
        from.remove(key);
    }
    keys.len() as u64
}

#[async_trait]
impl Retention for MemoryTx {
    async fn shrink_orders(
        &mut self,
        closed_before: Timestamp,
        limit: u32,
    ) -> Result<Vec<OrderId>, StoreFault> {
        let orders = &mut self.change()?.orders;
        let old = orders.rows.iter().filter_map(|(id, row)| match row {
            OrderRow::Whole { order, .. } => {
                let closing = order.closing.as_ref()?;
                (closing.at < closed_before).then(|| (*id, closing.outcome.clone()))
            }
            OrderRow::Shrunk { .. } => None,
        });
        let old: Vec<(OrderId, String)> = old.take(limit as usize).collect();
        for (id, outcome) in &old {
            orders.rows.insert(*id, OrderRow::Shrunk { outcome: outcome.clone() });
            orders.papers.retain(|(order, _), _| order != id);
        }
        Ok(old.into_iter().map(|(id, _)| id).collect())
    }

    async fn drop_letters(&mut self, arrived_before: Timestamp, limit: u32) -> Result<u64, StoreFault> {
        Ok(sweep(&mut self.change()?.mail.letters, limit, |_, kept| kept.arrived < arrived_before))
    }

    async fn drop_self_letters(&mut self, now: Timestamp, limit: u32) -> Result<u64, StoreFault> {
        let mail = &mut self.change()?.mail;
        let over = |persona: &String| mail.own_until.get(persona).is_some_and(|until| *until < now);
        let dropped = sweep(&mut mail.own, limit, |(persona, _), _| over(persona));
        let keeps = |persona: &String| mail.own.keys().any(|(one, _)| one == persona);
        mail.own_until.retain(|persona, until| *until >= now || keeps(persona));
        Ok(dropped)
    }

    async fn drop_lone_self_letters(
        &mut self,
        seen_before: Timestamp,
        limit: u32,
    ) -> Result<u64, StoreFault> {
        let content = self.change()?;
        let buyers: BTreeSet<String> = content.orders.buyers().map(Persona::to_string).collect();
        let (mail, until) = (&mut content.mail.own, &content.mail.own_until);
        Ok(sweep(mail, limit, |(persona, _), own| {
            own.day < seen_before.day() && !until.contains_key(persona) && !buyers.contains(persona)
        }))
    }

    async fn drop_uploads(
        &mut self,
        touched_before: Timestamp,
        limit: u32,
    ) -> Result<Vec<(UploadId, Digest)>, StoreFault> {
        let uploads = &mut self.change()?.catalogue.uploads;
        let old = uploads.values().filter(|(upload, _)| upload.touched < touched_before);
        let old: Vec<_> = old.take(limit as usize).map(|(upload, _)| (upload.id, upload.body)).collect();
        for (id, _) in &old {
            uploads.remove(id);
        }
        Ok(old)
    }

    async fn drop_nonces(&mut self, now: Timestamp, limit: u32) -> Result<u64, StoreFault> {
        Ok(sweep(&mut self.change()?.work.nonces, limit, |_, expires| *expires < now))
    }

    async fn drop_seen(&mut self, seen_before: Timestamp, limit: u32) -> Result<u64, StoreFault> {
        Ok(sweep(&mut self.change()?.mail.seen, limit, |_, day| *day < seen_before.day()))
    }
}
