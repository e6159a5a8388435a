//! Long work: begun by a page or by the desk itself, gone on with whether or not a page looks, stopped on request.
//!
//! A job is a task of this process around a story that survives the process: the list is kept in memory, what the story did
//! is kept in the cabinet. After a restart the desk begins the jobs again that have something left to do.

use super::house::Portal;
use super::refusals::{Refused, problem_of, sentence};
use super::shown::events::Event;
use super::shown::jobs::{JobKind, JobResult, JobState, JobView, Unit};
use crate::refusal::Refusal;
use axum::http::StatusCode;
use std::future::Future;
use std::sync::Mutex;
use tokio::task::{AbortHandle, JoinHandle};

/// So many jobs are remembered; the oldest that are over are forgotten.
const REMEMBERED: usize = 200;
/// Progress is told when it moved by a two-hundredth of the whole.
const STEPS: u64 = 200;

/// All jobs of this process, oldest first.
#[derive(Default)]
pub(crate) struct WorkList {
    jobs: Mutex<Vec<Entry>>,
}

struct Entry {
    view: JobView,
    told_at: u64,
    task: Option<Task>,
}

/// The work of a job, and who watches how it ends.
struct Task {
    work: AbortHandle,
    watching: JoinHandle<()>,
}

impl Task {
    /// Stops the work and waits until nothing of it runs any more: what it held is free then.
    async fn stop(self) {
        self.work.abort();
        let _ended = self.watching.await;
    }
}

/// What a job is begun with.
#[derive(Debug, Clone)]
pub(crate) struct Beginning {
    pub(crate) kind: JobKind,
    pub(crate) about: Option<String>,
    pub(crate) title: String,
    pub(crate) stage: String,
}

/// The hand in which a job holds its own line of the list.
#[derive(Clone)]
pub(crate) struct Job {
    portal: Portal,
    id: String,
}

impl Portal {
    /// Begins long work and says under which id.
    pub(crate) fn begin<F, Fut>(&self, beginning: Beginning, work: F) -> String
    where
        F: FnOnce(Job) -> Fut,
        Fut: Future<Output = Result<JobResult, Refusal>> + Send + 'static,
    {
        let seed = self.engines().chance.seed();
        let id = format!("job_{}", tacit_values::base64url::encode(&seed[..9]));
        let now = self.now().to_string();
        let view = JobView {
            id: id.clone(),
            kind: beginning.kind,
            about: beginning.about,
            title: beginning.title,
            stage: sentence(&beginning.stage),
            stage_since: now.clone(),
            done: None,
            total: None,
            unit: None,
            state: JobState::Running,
            result: None,
            problem: None,
            began: now.clone(),
            updated: now,
            can_cancel: true,
        };
        self.house().work.add(view.clone());
        self.tell(Event::Job { job: Box::new(view) });
        let job = Job { portal: self.clone(), id: id.clone() };
        let working = tokio::spawn(work(job.clone()));
        let work = working.abort_handle();
        let watching = tokio::spawn(async move {
            match working.await {
                Ok(Ok(result)) => job.done(result),
                Ok(Err(refusal)) => job.failed(&refusal),
                Err(ended) if ended.is_cancelled() => {}
                Err(_) => job.failed(&Refusal::new(
                    "fault",
                    "the desk made a mistake in this work",
                    "Try again; nothing is done twice. If it happens again, tell the people who make Tacit.",
                )),
            }
        });
        self.house().work.keep_task(&id, Task { work, watching });
        id
    }

    /// The job that works on something now.
    pub(crate) fn job_about(&self, about: &str) -> Option<JobView> {
        let mine = |view: &JobView| view.about.as_deref() == Some(about) && is_under_way(view);
        self.house().work.all().into_iter().rev().find(mine)
    }

    /// Stops a job and waits until it has stopped.
    pub(crate) async fn stop_job(&self, id: &str) -> Result<JobView, Refused> {
        let task = self.house().work.take_task(id)?;
        if let Some(task) = task {
            task.stop().await;
        }
        let now = self.now().to_string();
        let view = self.house().work.change(id, |view| {
            if is_under_way(view) {
                view.state = JobState::Cancelled;
                view.can_cancel = false;
                view.updated = now;
            }
        });
        let view = view.ok_or_else(|| Refused::nothing("job"))?;
        self.tell(Event::Job { job: Box::new(view.clone()) });
        Ok(view)
    }
}

impl WorkList {
    /// All jobs, oldest first.
    pub(crate) fn all(&self) -> Vec<JobView> {
        self.lock().iter().map(|entry| entry.view.clone()).collect()
    }

    /// One job.
    pub(crate) fn get(&self, id: &str) -> Option<JobView> {
        self.lock().iter().find(|entry| entry.view.id == id).map(|entry| entry.view.clone())
    }

    /// Ends every task.
    pub(crate) async fn stop_all(&self) {
        let tasks: Vec<_> = self.lock().iter_mut().filter_map(|entry| entry.task.take()).collect();
        for task in tasks {
            task.stop().await;
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Entry>> {
        self.jobs.lock().expect("nobody panics while holding the jobs")
    }

    fn add(&self, view: JobView) {
        let mut jobs = self.lock();
        if jobs.len() >= REMEMBERED
            && let Some(over) = jobs.iter().position(|entry| !is_under_way(&entry.view))
        {
            jobs.remove(over);
        }
        jobs.push(Entry { view, told_at: 0, task: None });
    }

    fn keep_task(&self, id: &str, task: Task) {
        if let Some(entry) = self.lock().iter_mut().find(|entry| entry.view.id == id) {
            entry.task = Some(task);
        }
    }

    fn take_task(&self, id: &str) -> Result<Option<Task>, Refused> {
        let mut jobs = self.lock();
        let entry =
            jobs.iter_mut().find(|entry| entry.view.id == id).ok_or_else(|| Refused::nothing("job"))?;
        if !is_under_way(&entry.view) {
            return Err(Refused::new(
                StatusCode::CONFLICT,
                "job-over",
                "This work is over already.",
                "There is nothing left to stop.",
            ));
        }
        Ok(entry.task.take())
    }

    fn change(&self, id: &str, change: impl FnOnce(&mut JobView)) -> Option<JobView> {
        let mut jobs = self.lock();
        let entry = jobs.iter_mut().find(|entry| entry.view.id == id)?;
        change(&mut entry.view);
        Some(entry.view.clone())
    }
}

/// Whether there is something left to do or to wait for.
pub(crate) fn is_under_way(view: &JobView) -> bool {
    matches!(view.state, JobState::Running | JobState::Waiting)
}

impl Job {
    /// Another stage, worked on here.
    pub(crate) fn stage(&self, said: &str) {
        self.enter(said, JobState::Running);
    }

    /// Another stage, in which somebody else has to act.
    pub(crate) fn waits(&self, said: &str) {
        self.enter(said, JobState::Waiting);
    }

    /// How far the present stage is, in bytes.
    pub(crate) fn bytes(&self, done: u64, total: u64) {
        self.counted(done, total, Unit::Bytes);
    }

    /// How far the present stage is.
    pub(crate) fn counted(&self, done: u64, total: u64, unit: Unit) {
        let step = (total / STEPS).max(1);
        let mut jobs = self.portal.house().work.lock();
        let Some(entry) = jobs.iter_mut().find(|entry| entry.view.id == self.id) else { return };
        let same = entry.view.total == Some(total);
        (entry.view.done, entry.view.total, entry.view.unit) = (Some(done), Some(total), Some(unit));
        if same && done != total && done.abs_diff(entry.told_at) < step {
            return;
        }
        entry.told_at = done;
        entry.view.updated = self.portal.now().to_string();
        let view = entry.view.clone();
        drop(jobs);
        self.portal.tell(Event::Job { job: Box::new(view) });
    }

    /// It cannot go on now, and will be tried again.
    pub(crate) fn stuck(&self, refusal: &Refusal) {
        let problem = problem_of(refusal);
        let now = self.portal.now().to_string();
        self.change(|view| {
            if view.stage != problem.title {
                (view.stage, view.stage_since) = (problem.title.clone(), now);
                (view.done, view.total, view.unit) = (None, None, None);
            }
            (view.state, view.problem) = (JobState::Waiting, Some(problem));
        });
    }

    /// What it turned out to be about.
    pub(crate) fn about(&self, id: &str) {
        self.change(|view| view.about = Some(id.to_owned()));
    }

    /// Whether it can be stopped now.
    pub(crate) fn can_cancel(&self, can: bool) {
        self.change(|view| view.can_cancel = can);
    }

    fn enter(&self, said: &str, state: JobState) {
        let said = sentence(said);
        let now = self.portal.now().to_string();
        self.change(|view| {
            if view.stage != said {
                (view.stage, view.stage_since) = (said, now);
                (view.done, view.total, view.unit) = (None, None, None);
            }
            (view.state, view.problem) = (state, None);
        });
    }

    fn done(&self, result: JobResult) {
        self.change(|view| {
            (view.state, view.result, view.can_cancel) = (JobState::Done, Some(result), false);
            view.stage = "Done.".to_owned();
            (view.done, view.total, view.unit) = (None, None, None);
        });
    }

    fn failed(&self, refusal: &Refusal) {
        let problem = problem_of(refusal);
        self.change(|view| {
            (view.state, view.problem, view.can_cancel) = (JobState::Failed, Some(problem), false);
        });
    }

    fn change(&self, change: impl FnOnce(&mut JobView)) {
        let now = self.portal.now().to_string();
        let view = self.portal.house().work.change(&self.id, |view| {
            // A job that is over stays over.
            if is_under_way(view) {
                change(view);
                view.updated = now;
            }
        });
        if let Some(view) = view {
            self.portal.tell(Event::Job { job: Box::new(view) });
        }
    }
}
