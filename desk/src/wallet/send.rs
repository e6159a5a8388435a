//! Paying: plan, reserve, prove, send, wait; every step from the stored record, so that any of them may be the first.

use super::payment::{Ended, PaymentIntent, PaymentOutcome, PaymentStep, Terms};
use super::record::{self, Begun, Enters, Finished, PAYMENTS, Record};
use super::shortage::insufficient;
use super::{Wallet, put_pieces};
use crate::mirror::{Followed, FollowedPool};
use crate::refusal::Refusal;
use std::time::Duration;
use tacit_settlement::wallet::{NoteState, Payment, Plan};
use tacit_settlement::{Pool, TermsTag, WalletState};
use tacit_values::Epoch;
use tacit_wire::bodies::ledger::CrossBody;
use tacit_wire::client::Failed;

/// How often notes may be merged for one payment: 16 notes become one each time.
const MOST_MERGES: u32 = 8;

/// Progress of a payment, told to whoever waits.
pub type TellStep<'t> = &'t (dyn Fn(PaymentStep) + Send + Sync);

impl Wallet<'_> {
    /// Pays. Idempotent by the intent's id: call it again after any failure, with the same intent, and it goes on where it
    /// stopped. A refusal before anything was reserved leaves nothing behind; after that, money in doubt is
    /// [`PaymentOutcome::Open`] and ends by its expiry.
    pub async fn pay(&self, intent: &PaymentIntent, tell: TellStep<'_>) -> Result<PaymentOutcome, Refusal> {
        let _claim = self.desk.folder().claim(&intent.id).await?;
        self.desk.mirror().calm().await?;
        loop {
            match record::read(self.desk, &intent.id).await? {
                None => match self.begin(intent, tell).await? {
                    Some(outcome) => return Ok(outcome),
                    None => continue,
                },
                Some(Record::Landed(landed)) => return Ok(PaymentOutcome::Landed(Box::new(landed))),
                Some(Record::Ended(ended)) => return Ok(PaymentOutcome::Ended(ended)),
                Some(Record::Reserved(begun)) => {
                    check_same(intent, &begun)?;
                    tell(PaymentStep::Proving);
                    self.prove(&intent.id, begun, intent.valid_until.is_some()).await?;
                }
                Some(Record::Proven(begun, finished)) => {
                    check_same(intent, &begun)?;
                    tell(PaymentStep::Waiting);
                    if let Some(open) = self.deliver(&intent.id, &begun, &finished, intent.patience).await? {
                        return Ok(open);
                    }
                }
                Some(Record::Merged | Record::Crossed(_)) => return Err(other_payment()),
            }
        }
    }

    /// Where a payment stands, without asking the market; `None` when nothing of it was begun.
    pub async fn payment(&self, id: &str) -> Result<Option<PaymentOutcome>, Refusal> {
        Ok(match record::read(self.desk, id).await? {
            None | Some(Record::Merged | Record::Crossed(_)) => None,
            Some(Record::Landed(landed)) => Some(PaymentOutcome::Landed(Box::new(landed))),
            Some(Record::Ended(ended)) => Some(PaymentOutcome::Ended(ended)),
            Some(Record::Reserved(begun)) => {
                Some(PaymentOutcome::Open { until: begun.valid_until, bundle: None, said: None })
            }
            Some(Record::Proven(begun, finished)) => Some(PaymentOutcome::Open {
                until: begun.valid_until,
                bundle: Some(finished.digest),
                said: None,
            }),
        })
    }

    /// Plans and reserves, merging first where needed. An outcome only when there is nothing left to do for now.
    async fn begin(
        &self,
        intent: &PaymentIntent,
        tell: TellStep<'_>,
    ) -> Result<Option<PaymentOutcome>, Refusal> {
        // An expiry by a wrong clock could lock the notes for hours: compare the clocks before anything is promised.
        self.desk.mirror().meet().await?;
        for number in 0..MOST_MERGES {
            if let Some(open) = self.go_on_merging(&merge_id(intent, number), intent.patience, tell).await? {
                return Ok(Some(open));
            }
            let followed = self.desk.mirror().follow().await?;
            let pool = pool_of(&followed, intent)?;
            let open = open_epoch(self.desk.now(), pool);
            let valid_until = intent.valid_until.unwrap_or(open.usual_expiry());
            if valid_until < open {
                return self.end(&intent.id, valid_until).await.map(Some);
            }
            if let Some(successor) = pool.pool.leaves_only_to(open) {
                let sentence = format!("this pool was rotated: its notes may only cross to pool {successor}");
                let remedy = "Move your money with `tacit wallet cross`, then pay in the new pool: ask for a new address, or order anew.";
                return Err(Refusal::new("rotated-pool", sentence, remedy).in_pages(
                    "Move your money across in the wallet, then pay in the new pool: ask for a new address, or order anew.",
                ));
            }
            let _turn = self.turn().await?;
            let mut state = self.catch_up(pool).await?;
            match state.plan(intent.amount) {
                Plan::Insufficient { free, in_flight } => {
                    let elsewhere = self.in_rotated_pools(intent.amount.currency()).await?;
                    return Err(insufficient(intent.amount, free, in_flight, elsewhere));
                }
                Plan::Pay(notes) => {
                    let begun = self.begun(intent, valid_until, notes);
                    self.reserve(&intent.id, begun, &mut state, pool).await?;
                    return Ok(None);
                }
                Plan::MergeFirst(notes) => {
                    let begun = Begun {
                        pool: intent.pool,
                        to: None,
                        blind: None,
                        terms_tag: TermsTag::random(&mut self.desk.rng()),
                        valid_until: open.usual_expiry(),
                        notes,
                        crosses: None,
                    };
                    // Numbers that are taken belong to merges that ended; the next loop passes over them.
                    if record::read(self.desk, &merge_id(intent, number)).await?.is_none() {
                        self.reserve(&merge_id(intent, number), begun, &mut state, pool).await?;
                    }
                }
            }
            drop(_turn);
            if let Some(open) = self.go_on_merging(&merge_id(intent, number), intent.patience, tell).await? {
                return Ok(Some(open));
            }
        }
        let remedy = "Send larger parts to yourself first (`tacit wallet send` to `tacit wallet address`), then try again.";
        Err(Refusal::new("too-many-notes", "the wallet's notes are too small for this payment", remedy)
            .in_pages("Send larger parts to an address of your own first, then try again."))
    }

    /// Brings a merge that was begun to its end; an outcome when it is still open.
    async fn go_on_merging(
        &self,
        id: &str,
        patience: Duration,
        tell: TellStep<'_>,
    ) -> Result<Option<PaymentOutcome>, Refusal> {
        loop {
            match record::read(self.desk, id).await? {
                None | Some(Record::Merged | Record::Crossed(_) | Record::Ended(_) | Record::Landed(_)) => {
                    return Ok(None);
                }
                Some(Record::Reserved(begun)) => {
                    tell(PaymentStep::Merging);
                    self.prove(id, begun, false).await?;
                }
                Some(Record::Proven(begun, finished)) => {
                    if let Some(open) = self.deliver(id, &begun, &finished, patience).await? {
                        return Ok(Some(open));
                    }
                }
            }
        }
    }

    fn begun(&self, intent: &PaymentIntent, valid_until: Epoch, notes: Vec<u64>) -> Begun {
        let mut rng = self.desk.rng();
        let (blind, terms_tag) = match intent.terms {
            Terms::Plain => (None, TermsTag::random(&mut rng)),
            Terms::Agreement(terms_hash, blind) => (Some(blind), TermsTag::binding(&blind, &terms_hash)),
        };
        Begun {
            pool: intent.pool,
            to: Some((intent.to, intent.amount)),
            blind,
            terms_tag,
            valid_until,
            notes,
            crosses: None,
        }
    }

    /// Promises the notes and writes the record, in one step. The caller holds the wallet's turn.
    pub(super) async fn reserve(
        &self,
        id: &str,
        begun: Begun,
        state: &mut WalletState,
        pool: &FollowedPool,
    ) -> Result<(), Refusal> {
        let again = |refused: tacit_settlement::wallet::NotReserved| {
            Refusal::new("busy-notes", refused.to_string(), "Run the command again.").in_pages("Try again.")
        };
        state.reserve(&begun.notes, begun.valid_until).map_err(again)?;
        let mut change = self.desk.cabinet().change();
        put_pieces(&mut change, state, &pool.pool);
        change.put(PAYMENTS, id, &Record::Reserved(begun));
        let _unguarded = self.desk.cabinet().write(change).await?;
        Ok(())
    }

    /// Builds, proves and signs from the reserved notes; then writes the bundle down, before anybody sees it.
    pub(super) async fn prove(&self, id: &str, begun: Begun, fixed_expiry: bool) -> Result<(), Refusal> {
        let followed = self.desk.mirror().follow().await?;
        let pool =
            followed.pools.iter().find(|followed| followed.pool.pool == begun.pool).ok_or_else(no_pool)?;
        let state = {
            let _turn = self.turn().await?;
            self.catch_up(pool).await?
        };
        let promised = begun.notes.iter().all(|position| {
            let state = state.note(*position).map(|note| note.state);
            matches!(state, Some(NoteState::InFlight { until, bundle: None }) if until == begun.valid_until)
        });
        if !promised || begun.valid_until < open_epoch(self.desk.now(), pool) {
            return self.give_up(id, &begun, pool, fixed_expiry).await;
        }
        let successor = begun
            .crosses
            .and_then(|crosses| followed.pools.iter().find(|followed| followed.pool.pool == crosses.to));
        let successor = successor.map(|followed| followed.pool.clone());
        let finished = self.prove_on_blocking_pool(state, begun.clone(), successor).await?;
        // The proof took seconds: an order may have expired meanwhile. The bundle never left, so the money is free at once.
        if begun.valid_until < open_epoch(self.desk.now(), pool) {
            return self.give_up(id, &begun, pool, fixed_expiry).await;
        }
        let _turn = self.turn().await?;
        let mut state = self.load(&pool.pool).await?.ok_or_else(no_pool)?;
        state.record_bundle(&begun.notes, begun.valid_until, finished.digest);
        let mut change = self.desk.cabinet().change();
        put_pieces(&mut change, &mut state, &pool.pool);
        change.put(PAYMENTS, id, &Record::Proven(begun, finished));
        let _unguarded = self.desk.cabinet().write(change).await?;
        Ok(())
    }

    async fn prove_on_blocking_pool(
        &self,
        state: WalletState,
        begun: Begun,
        successor: Option<Pool>,
    ) -> Result<Finished, Refusal> {
        let keys = self.desk.wallet_keys(begun.pool);
        let (proofs, mut rng) = (self.desk.proofs().clone(), self.desk.rng());
        let entered = successor.map(|pool| (self.desk.wallet_keys(pool.pool), pool));
        let proven = tokio::task::spawn_blocking(move || {
            let Begun { to, terms_tag, valid_until, notes, crosses, .. } = &begun;
            let built = match (to, crosses) {
                (_, Some(crosses)) => state.build_burn(&keys, notes, crosses.amount, *valid_until, &mut rng),
                (Some((to, amount)), None) => {
                    let payment = Payment {
                        to: *to,
                        amount: *amount,
                        terms_tag: *terms_tag,
                        valid_until: *valid_until,
                    };
                    state.build_payment(&keys, notes, &payment, &mut rng)
                }
                (None, None) => state.build_merge(&keys, notes, *valid_until, &mut rng),
            };
            let payment = built.map_err(|refused| not_built(&refused))?;
            let nullifiers: Vec<_> = payment.nullifiers().collect();
            let tag = payment.terms_tag();
            // A crossing without change has no output in the old pool.
            let output = payment.action_of_output(0).or(crosses.map(|_| 0));
            let action = output.ok_or_else(|| not_built(&"it has no output"))?;
            let bundle =
                payment.complete(&keys, proofs.as_ref(), &mut rng).map_err(|refused| not_built(&refused))?;
            let enters = match crosses {
                None => None,
                Some(crosses) => {
                    let (keys, pool) = entered.ok_or_else(no_pool)?;
                    let mut mint = keys
                        .build_entering(&pool, crosses.amount, crosses.valid_until, &mut rng)
                        .map_err(|refused| not_built(&refused))?;
                    proofs.prove(&mut mint, &mut rng).map_err(|refused| not_built(&refused))?;
                    let mint = mint.finish(&mut rng).map_err(|refused| not_built(&refused))?;
                    Some(Enters { bytes: mint.bytes().to_vec(), digest: mint.digest() })
                }
            };
            let (bytes, digest) = (bundle.bytes().to_vec(), bundle.digest());
            Ok(Finished { bytes, digest, terms_tag: tag, nullifiers, action, enters })
        });
        proven.await.expect("proving does not panic")
    }

    /// The bundle never left this desk: the notes are free at once. With an expiry of its own the payment has ended;
    /// otherwise it is planned anew.
    async fn give_up(
        &self,
        id: &str,
        begun: &Begun,
        pool: &FollowedPool,
        ended: bool,
    ) -> Result<(), Refusal> {
        let _turn = self.turn().await?;
        let mut state = self.load(&pool.pool).await?.ok_or_else(no_pool)?;
        state.release_unsent(&begun.notes);
        let mut change = self.desk.cabinet().change();
        put_pieces(&mut change, &mut state, &pool.pool);
        if ended && begun.valid_until < open_epoch(self.desk.now(), pool) {
            change.put(PAYMENTS, id, &Record::Ended(Ended::Expired { until: begun.valid_until }));
        } else {
            change.remove(PAYMENTS, id);
        }
        let _unguarded = self.desk.cabinet().write(change).await?;
        Ok(())
    }

    async fn end(&self, id: &str, until: Epoch) -> Result<PaymentOutcome, Refusal> {
        let ended = Ended::Expired { until };
        self.desk.cabinet().put(PAYMENTS, id, &Record::Ended(ended)).await?;
        Ok(PaymentOutcome::Ended(ended))
    }

    /// Sends the bundle until the ledger holds it or cannot hold it any more. `None`: the record tells the outcome.
    pub(super) async fn deliver(
        &self,
        id: &str,
        begun: &Begun,
        finished: &Finished,
        patience: Duration,
    ) -> Result<Option<PaymentOutcome>, Refusal> {
        let deadline = self.desk.now().plus(patience);
        let mut taken = false;
        let mut said = None;
        loop {
            let mut poll = Duration::from_secs(1);
            match self.desk.mirror().follow().await {
                Ok(followed) => {
                    self.sync_over(&followed).await?;
                    match record::read(self.desk, id).await? {
                        Some(Record::Proven(..)) => {}
                        _ => return Ok(None),
                    }
                    let pool = followed.pools.iter().find(|followed| followed.pool.pool == begun.pool);
                    let pool = pool.ok_or_else(no_pool)?;
                    poll = (pool.pool.epoch_length() / 3)
                        .clamp(Duration::from_millis(200), Duration::from_secs(5));
                    if !taken && begun.valid_until >= open_epoch(self.desk.now(), pool) {
                        match self.hand_over(finished).await? {
                            Ok(()) => taken = true,
                            Err(Failed::Refused { problem }) => {
                                // What the ledger shows decides, not what the market says: wait for the epoch.
                                taken = matches!(problem.slug(), "double-spend" | "too-late");
                                let open = PaymentOutcome::Open {
                                    until: begun.valid_until,
                                    bundle: Some(finished.digest),
                                    said: Some(problem.to_string()),
                                };
                                if !taken && problem.retry_after_s.is_none() {
                                    return Ok(Some(open));
                                }
                                said = Some(problem.to_string());
                            }
                            Err(failed) => said = Some(failed.to_string()),
                        }
                    }
                }
                Err(refusal) if refusal.code == "market-unreachable" => said = Some(refusal.sentence),
                Err(refusal) => return Err(refusal),
            }
            if self.desk.now() >= deadline {
                return Ok(Some(PaymentOutcome::Open {
                    until: begun.valid_until,
                    bundle: Some(finished.digest),
                    said,
                }));
            }
            tokio::time::sleep(poll).await;
        }
    }
}

impl Wallet<'_> {
    /// Gives the market the bundle, and of a crossing both halves together.
    async fn hand_over(&self, finished: &Finished) -> Result<Result<(), Failed>, Refusal> {
        let single = self.desk.market().singly()?;
        Ok(match &finished.enters {
            None => single.send_bundle(finished.bytes.clone().into()).await.map(drop),
            Some(enters) => {
                let halves = CrossBody { burn: finished.bytes.clone(), mint: enters.bytes.clone() };
                single.cross(&halves).await.map(drop)
            }
        })
    }
}

/// The epoch that takes bundles now, as far as this desk can tell.
pub(super) fn open_epoch(now: tacit_values::Timestamp, followed: &FollowedPool) -> Epoch {
    let next = followed.newest.map_or(Epoch::GENESIS, |leaf| leaf.epoch.next());
    followed.pool.epoch_at(now).max(next)
}

fn pool_of<'f>(followed: &'f Followed, intent: &PaymentIntent) -> Result<&'f FollowedPool, Refusal> {
    let pool =
        followed.pools.iter().find(|followed| followed.pool.pool == intent.pool).ok_or_else(no_pool)?;
    if pool.pool.currency != intent.amount.currency() || intent.to.belongs_to(&intent.pool).is_err() {
        let remedy = "Ask the payee for an address of the pool that takes payments now.";
        return Err(Refusal::new("other-pool", "the address is of another market, currency or pool", remedy));
    }
    Ok(pool)
}

fn merge_id(intent: &PaymentIntent, number: u32) -> String {
    format!("{}/merge/{number}", intent.id)
}

fn check_same(intent: &PaymentIntent, begun: &Begun) -> Result<(), Refusal> {
    let same = begun.to == Some((intent.to, intent.amount)) && begun.pool == intent.pool;
    if same { Ok(()) } else { Err(other_payment()) }
}

fn other_payment() -> Refusal {
    let remedy = "Look at `tacit wallet history`; a new payment needs a name of its own.";
    Refusal::new("payment-differs", "another payment was begun under this name", remedy)
        .in_pages("Look at the wallet's history; then send anew.")
}

fn not_built(why: &dyn std::fmt::Display) -> Refusal {
    Refusal::new(
        "payment-not-built",
        format!("the payment could not be built ({why})"),
        "Run the command again.",
    )
    .in_pages("Try again.")
}

pub(super) fn no_pool() -> Refusal {
    Refusal::new("no-pool", "the market does not have the pool of this payment", "Agree on a new order.")
}
