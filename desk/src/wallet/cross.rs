//! Crossing: part by part out of a rotated pool, each recorded before the step that cannot be taken back.
//!
//! A part is a record like a payment's, under `crossing/POOL/part/N`; N is written before its notes are promised and rises
//! when it has ended. A process may die anywhere: the next call goes on with the part that it finds, sends the same halves
//! again, and what the ledger shows decides. Nothing can cross twice: what crossed is spent.

use super::crossing::{Crossed, Crossing, CrossingPace, CrossingWaits};
use super::payment::{Ended, PaymentOutcome, PaymentStep};
use super::record::{self, Begun, Crosses, Enters, Record};
use super::send::{TellStep, no_pool, open_epoch};
use super::{Wallet, WalletView};
use crate::cabinet::Drawer;
use crate::mirror::{Followed, FollowedPool};
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tacit_settlement::{EpochFile, Pool, PoolId, TermsTag};
use tacit_values::rand_core::Rng;
use tacit_values::{Digest, Epoch, Timestamp};

const CROSSINGS: Drawer = Drawer("crossings");

/// Where the crossing out of one pool stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Standing {
    /// The part that is next or under way.
    part: u64,
    /// When the others follow; `None` when nobody asked for a crossing, or it is over.
    plan: Option<CrossingPlan>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct CrossingPlan {
    next_at: Timestamp,
    ends: Timestamp,
}

impl WalletView {
    /// Whether this pool was rotated: it pays nobody, and its money may only cross.
    pub fn is_rotated(&self) -> bool {
        self.pool.successor.is_some()
    }
}

impl Wallet<'_> {
    /// Moves the money of all rotated pools on, oldest pool first; waits up to `patience` for each part to land. Call it again
    /// at any time, after any failure.
    pub async fn cross(
        &self,
        pace: CrossingPace,
        patience: Duration,
        tell: TellStep<'_>,
    ) -> Result<Vec<Crossing>, Refusal> {
        self.desk.mirror().calm().await?;
        let followed = self.desk.mirror().follow().await?;
        self.sync_over(&followed).await?;
        let mut crossings = Vec::new();
        for (pool, to) in rotated(&followed) {
            let _claim = self.desk.folder().claim(&owner(&pool.pool)).await?;
            self.plan(&pool, pace).await?;
            crossings.push(self.cross_from(pool, to, patience, tell).await?);
        }
        Ok(crossings)
    }

    /// Goes on with crossings that were asked for, as far as it is their time: what a running desk does by itself. Leaves
    /// alone what another terminal works on.
    pub async fn go_on_crossing(&self, tell: TellStep<'_>) -> Result<Vec<Crossing>, Refusal> {
        let mut crossings = Vec::new();
        let asked = self.desk.cabinet().list::<Standing>(CROSSINGS).await?;
        let now = self.desk.now();
        if !asked.iter().any(|kept| kept.value.plan.is_some_and(|plan| plan.next_at <= now)) {
            return Ok(crossings);
        }
        self.desk.mirror().calm().await?;
        let followed = self.desk.mirror().follow().await?;
        self.sync_over(&followed).await?;
        for (pool, to) in rotated(&followed) {
            let Some(_claim) = self.desk.folder().claim_if_free(&owner(&pool.pool))? else { continue };
            if self.standing(&pool.pool).await?.plan.is_some() {
                crossings.push(self.cross_from(pool, to, Duration::ZERO, tell).await?);
            }
        }
        Ok(crossings)
    }

    async fn standing(&self, pool: &PoolId) -> Result<Standing, Refusal> {
        let kept = self.desk.cabinet().get::<Standing>(CROSSINGS, &pool.to_string()).await?;
        Ok(kept.map(|kept| kept.value).unwrap_or_default())
    }

    async fn stands(&self, pool: &PoolId, standing: Standing) -> Result<(), Refusal> {
        Ok(self.desk.cabinet().put(CROSSINGS, &pool.to_string(), &standing).await?)
    }

    /// Writes down that the owner wants the money of this pool to cross, and how fast.
    async fn plan(&self, pool: &Pool, pace: CrossingPace) -> Result<(), Refusal> {
        let standing = self.standing(&pool.pool).await?;
        let now = self.desk.now();
        let plan = match (pace, standing.plan) {
            (CrossingPace::AtOnce, _) => CrossingPlan { next_at: now, ends: now },
            (CrossingPace::Over(_), Some(before)) => before,
            (CrossingPace::Over(span), None) => CrossingPlan { next_at: now, ends: now.plus(span) },
        };
        self.stands(&pool.pool, Standing { plan: Some(plan), ..standing }).await
    }

    /// One part after the other, until nothing is left, the next one's time has not come, or one did not land in time. The caller
    /// holds the claim of this pool.
    async fn cross_from(
        &self,
        from: Pool,
        to: PoolId,
        patience: Duration,
        tell: TellStep<'_>,
    ) -> Result<Crossing, Refusal> {
        let deadline = self.desk.now().plus(patience);
        let mut crossed = Vec::new();
        let waits = loop {
            let standing = self.standing(&from.pool).await?;
            let id = format!("{}/part/{}", owner(&from.pool), standing.part);
            match record::read(self.desk, &id).await? {
                None => match self.begin_part(&from, to, standing, &id).await? {
                    PartBegun::Yes => {}
                    PartBegun::No(Some(CrossingWaits::From(_))) if self.desk.now() < deadline => {
                        tell(PaymentStep::Waiting);
                        tokio::time::sleep(self.poll(&from)).await;
                    }
                    PartBegun::No(waits) => break waits,
                },
                Some(Record::Reserved(begun)) => {
                    tell(PaymentStep::Proving);
                    self.prove(&id, begun, false).await?;
                }
                Some(Record::Proven(begun, finished)) => {
                    tell(PaymentStep::Waiting);
                    let open = self.deliver(&id, &begun, &finished, patience).await?;
                    if let Some(PaymentOutcome::Open { until, said, .. }) = open {
                        break Some(CrossingWaits::Open { until, said });
                    }
                }
                Some(Record::Crossed(part)) => {
                    self.plan_onward(&to, standing).await?;
                    self.next_part(&from, standing).await?;
                    crossed.push(part);
                }
                Some(Record::Ended(Ended::Expired { .. } | Ended::SpentElsewhere { .. }))
                | Some(Record::Merged | Record::Landed(_)) => self.next_part(&from, standing).await?,
            }
        };
        let balance = self.load(&from).await?.map(|state| state.balance());
        let zero = tacit_values::Money::zero(from.currency);
        let (left, in_flight) = balance.map_or((zero, zero), |balance| (balance.free, balance.in_flight));
        Ok(Crossing { from, to, crossed, left, in_flight, waits })
    }

    /// Chooses an amount, promises its notes and writes the record, in one step; or says why there is nothing to do now.
    async fn begin_part(
        &self,
        from: &Pool,
        to: PoolId,
        standing: Standing,
        id: &str,
    ) -> Result<PartBegun, Refusal> {
        let followed = self.desk.mirror().follow().await?;
        let (old, new) = (find(&followed, &from.pool)?, find(&followed, &to)?);
        let (now, entering) = (self.desk.now(), open_epoch(self.desk.now(), new));
        let open = open_epoch(now, old);
        let _turn = self.turn().await?;
        let mut state = self.catch_up(old).await?;
        let amounts = state.crossing_amounts();
        if amounts.is_empty() {
            if !state.balance().in_flight.is_zero() {
                return Ok(PartBegun::No(Some(CrossingWaits::InFlight)));
            }
            self.stands(&from.pool, Standing { plan: None, ..standing }).await?;
            return Ok(PartBegun::No(None));
        }
        let plan = standing.plan.unwrap_or(CrossingPlan { next_at: now, ends: now });
        if plan.next_at > now {
            return Ok(PartBegun::No(Some(CrossingWaits::Until(plan.next_at))));
        }
        if let (Some(successor), None) = (old.pool.successor, old.pool.leaves_only_to(open)) {
            return Ok(PartBegun::No(Some(CrossingWaits::From(successor.from_epoch))));
        }
        // In haste the largest first; otherwise in an order that tells nothing of the sum.
        let which = if plan.ends <= now { 0 } else { self.draw(amounts.len() as u64 - 1) as usize };
        let amount = amounts[which];
        let notes = state.notes_to_cross(amount).ok_or_else(|| super::damaged("an amount without notes"))?;
        let valid_until = open.usual_expiry();
        // The half that enters stays good for at least as long as the half that leaves.
        let entering_until = entering.expiry_at_least(valid_until.0 - open.0);
        let crosses = Crosses { to, amount, valid_until: entering_until, since: entering };
        let begun = Begun {
            pool: from.pool,
            to: None,
            blind: None,
            terms_tag: TermsTag::random(&mut self.desk.rng()),
            valid_until,
            notes,
            crosses: Some(crosses),
        };
        self.stands(&from.pool, standing).await?;
        self.reserve(id, begun, &mut state, old).await?;
        Ok(PartBegun::Yes)
    }

    /// A part is over: the next one has a number of its own, and its moment is the earliest of as many random ones as parts
    /// are left.
    async fn next_part(&self, from: &Pool, standing: Standing) -> Result<(), Refusal> {
        let now = self.desk.now();
        let left = self.load(from).await?.map_or(0, |state| state.crossing_amounts().len());
        let plan = standing.plan.map(|plan| {
            let span = u64::try_from(plan.ends.since(now).as_millis()).unwrap_or(u64::MAX);
            let earliest = (0..left).map(|_| self.draw(span)).min().unwrap_or(0);
            CrossingPlan { next_at: now.plus(Duration::from_millis(earliest)), ..plan }
        });
        self.stands(&from.pool, Standing { part: standing.part + 1, plan }).await
    }

    /// What entered a pool that was rotated in its turn goes on crossing from there.
    async fn plan_onward(&self, to: &PoolId, standing: Standing) -> Result<(), Refusal> {
        let genesis = self.desk.mirror().genesis().await?;
        let rotated = genesis.and_then(|genesis| genesis.pool(to)?.successor).is_some();
        let onward = self.standing(to).await?;
        match (standing.plan, onward.plan) {
            (Some(plan), None) if rotated => {
                let plan = Some(CrossingPlan { next_at: self.desk.now(), ..plan });
                self.stands(to, Standing { plan, ..onward }).await
            }
            _ => Ok(()),
        }
    }

    /// A random number up to and including `most`.
    fn draw(&self, most: u64) -> u64 {
        let drawn = u128::from(self.desk.rng().next_u64());
        ((drawn * (u128::from(most) + 1)) >> 64) as u64
    }

    fn poll(&self, pool: &Pool) -> Duration {
        (pool.epoch_length() / 3).clamp(Duration::from_millis(200), Duration::from_secs(5))
    }

    /// Looks for the half that enters in the new pool, as far as it was followed.
    pub(super) async fn entered(
        &self,
        from: PoolId,
        crosses: &Crosses,
        burn: Digest,
        left: Epoch,
        enters: &Enters,
    ) -> Result<Option<Crossed>, Refusal> {
        let mut next = crosses.since;
        loop {
            let files = self.desk.mirror().epoch_files(&crosses.to, next, 64).await?;
            let Some(last) = files.last() else { return Ok(None) };
            next = last.leaf.epoch.next();
            for closed in files {
                let file = closed.file.as_deref().and_then(|bytes| EpochFile::decode(bytes).ok());
                let file = file.ok_or_else(|| super::damaged("an epoch is missing"))?;
                if file.entries.iter().any(|entry| entry.bundle.digest() == enters.digest) {
                    let Crosses { to, amount, .. } = *crosses;
                    let entered = closed.leaf.epoch;
                    return Ok(Some(Crossed { from, to, amount, left, entered, burn, mint: enters.digest }));
                }
            }
        }
    }
}

enum PartBegun {
    Yes,
    No(Option<CrossingWaits>),
}

/// The rotated pools and their successors, oldest first.
fn rotated(followed: &Followed) -> Vec<(Pool, PoolId)> {
    let mut pools: Vec<_> = followed.pools.iter().map(|followed| followed.pool.clone()).collect();
    pools.sort_by_key(|pool| pool.generation);
    pools.into_iter().filter_map(|pool| pool.successor.map(|successor| (pool, successor.pool))).collect()
}

fn find<'f>(followed: &'f Followed, pool: &PoolId) -> Result<&'f FollowedPool, Refusal> {
    followed.pools.iter().find(|followed| followed.pool.pool == *pool).ok_or_else(no_pool)
}

/// Under this name one terminal at a time lets a pool's money cross.
fn owner(pool: &PoolId) -> String {
    format!("crossing/{pool}")
}
