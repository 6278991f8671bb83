//! Two stages of work by one set of workers: chunks of the space in, jobs made of what they gave, results in order.

use std::collections::{BTreeMap, VecDeque};
use std::ops::ControlFlow;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::Builder;

use crate::error::{Error, Result};

/// How many chunks, and how many results of jobs, may wait for each thread.
const WINDOW: usize = 4;

/// The two stages, and what joins them.
pub(crate) struct Stages<First, Gather, Second, Take> {
    /// What a worker does with a chunk.
    pub(crate) first: First,
    /// What the calling thread does with its result, chunk by chunk in order, and then with none: it makes jobs, and
    /// may break off.
    pub(crate) gather: Gather,
    /// What a worker does with a job. Jobs come before chunks, so that little waits.
    pub(crate) second: Second,
    /// What the calling thread does with its result, in the order of the jobs.
    pub(crate) take: Take,
}

/// The jobs that came of a chunk, and whether there shall be more.
pub(crate) type Jobs<J> = (Vec<J>, ControlFlow<()>);

/// Run both stages over some chunks.
///
/// # Errors
/// The first error of any stage.
pub(crate) fn run<W, A: Send, J: Send, B: Send>(
    chunks: u64,
    threads: usize,
    worker: impl Fn() -> W + Sync,
    stages: Stages<
        impl Fn(&mut W, u64) -> Result<A> + Sync,
        impl FnMut(Option<A>) -> Result<Jobs<J>>,
        impl Fn(&mut W, J) -> Result<B> + Sync,
        impl FnMut(B) -> Result<()>,
    >,
) -> Result<()> {
    let Stages {
        first,
        mut gather,
        second,
        mut take,
    } = stages;
    let alone = |gather: &mut dyn FnMut(Option<A>) -> Result<Jobs<J>>,
                 take: &mut dyn FnMut(B) -> Result<()>| {
        let mut state = worker();
        for chunk in (0..chunks).map(Some).chain([None]) {
            let result = chunk.map(|chunk| first(&mut state, chunk)).transpose()?;
            let (jobs, flow) = gather(result)?;
            for job in jobs {
                take(second(&mut state, job)?)?;
            }
            if flow.is_break() {
                break;
            }
        }
        Ok(())
    };
    if threads <= 1 {
        return alone(&mut gather, &mut take);
    }
    let desk = Desk::new(chunks, WINDOW * threads);
    std::thread::scope(|scope| {
        let _stop = Stop {
            desk: &desk,
            always: true,
        };
        let one = || {
            // A worker that panics must not leave the others waiting.
            let _stop = Stop {
                desk: &desk,
                always: false,
            };
            let mut state = worker();
            while let Some(work) = desk.claim() {
                match work {
                    Work::Chunk(chunk) => desk.arrived(chunk, first(&mut state, chunk)),
                    Work::Job(number, job) => desk.finished(number, second(&mut state, job)),
                }
            }
        };
        let workers = (0..threads)
            .map_while(|_| Builder::new().spawn_scoped(scope, one).ok())
            .count();
        if workers == 0 {
            // The system gives no more threads: this one does the work.
            return alone(&mut gather, &mut take);
        }
        loop {
            match desk.next()? {
                Next::Finished(result) => take(result?)?,
                Next::Arrived(result) => {
                    let last = result.is_none();
                    let (jobs, flow) = gather(result.transpose()?)?;
                    desk.add(jobs, last || flow.is_break());
                }
                Next::End => return Ok(()),
            }
        }
    })
}

/// What a worker does next.
enum Work<J> {
    Chunk(u64),
    Job(usize, J),
}

/// What the calling thread does next.
enum Next<A, B> {
    Finished(Result<B>),
    Arrived(Option<Result<A>>),
    End,
}

/// Where work is handed out and results are handed in.
struct Desk<A, J, B> {
    state: Mutex<State<A, J, B>>,
    changed: Condvar,
    window: usize,
}

struct State<A, J, B> {
    /// How many chunks there are, have been handed out, and have been gathered.
    chunks: u64,
    claimed: u64,
    gathered: u64,
    arrived: BTreeMap<u64, Result<A>>,
    /// Whether the jobs are complete.
    complete: bool,
    jobs: VecDeque<J>,
    /// How many jobs have been handed out, and how many results taken.
    started: usize,
    taken: usize,
    finished: BTreeMap<usize, Result<B>>,
    stopped: bool,
}

impl<A, J, B> State<A, J, B> {
    fn interrupted<T>(&self) -> Option<Result<T>> {
        self.stopped.then_some(Err(Error::Interrupted))
    }
}

impl<A, J, B> Desk<A, J, B> {
    fn new(chunks: u64, window: usize) -> Self {
        let state = State {
            chunks,
            claimed: 0,
            gathered: 0,
            arrived: BTreeMap::new(),
            complete: false,
            jobs: VecDeque::new(),
            started: 0,
            taken: 0,
            finished: BTreeMap::new(),
            stopped: false,
        };
        Self {
            state: Mutex::new(state),
            changed: Condvar::new(),
            window,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<A, J, B>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wait until `look` finds something.
    fn when<T>(&self, mut look: impl FnMut(&mut State<A, J, B>) -> Option<T>) -> T {
        let mut state = self.lock();
        loop {
            if let Some(found) = look(&mut state) {
                self.changed.notify_all();
                return found;
            }
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The next thing to do; nothing when all is done.
    fn claim(&self) -> Option<Work<J>> {
        self.when(|state| {
            if state.stopped || state.complete && state.jobs.is_empty() {
                return Some(None);
            }
            if state.started < state.taken + self.window
                && let Some(job) = state.jobs.pop_front()
            {
                state.started += 1;
                return Some(Some(Work::Job(state.started - 1, job)));
            }
            let ahead = state.claimed - state.gathered;
            let room = !state.complete && ahead < self.window as u64;
            if room && state.jobs.is_empty() && state.claimed < state.chunks {
                state.claimed += 1;
                return Some(Some(Work::Chunk(state.claimed - 1)));
            }
            None
        })
    }

    fn arrived(&self, chunk: u64, result: Result<A>) {
        self.lock().arrived.insert(chunk, result);
        self.changed.notify_all();
    }

    fn finished(&self, job: usize, result: Result<B>) {
        self.lock().finished.insert(job, result);
        self.changed.notify_all();
    }

    fn add(&self, jobs: Vec<J>, complete: bool) {
        let mut state = self.lock();
        state.jobs.extend(jobs);
        state.complete = complete;
        drop(state);
        self.changed.notify_all();
    }

    fn next(&self) -> Result<Next<A, B>> {
        self.when(|state| {
            if let Some(result) = state.finished.remove(&state.taken) {
                state.taken += 1;
                return Some(Ok(Next::Finished(result)));
            }
            if state.complete {
                let done = state.jobs.is_empty() && state.taken == state.started;
                return done
                    .then_some(Ok(Next::End))
                    .or_else(|| state.interrupted());
            }
            if let Some(result) = state.arrived.remove(&state.gathered) {
                state.gathered += 1;
                return Some(Ok(Next::Arrived(Some(result))));
            }
            if state.gathered == state.chunks {
                return Some(Ok(Next::Arrived(None)));
            }
            state.interrupted()
        })
    }

    fn stop(&self) {
        self.lock().stopped = true;
        self.changed.notify_all();
    }
}

/// Sends the workers home when it goes.
struct Stop<'a, A, J, B> {
    desk: &'a Desk<A, J, B>,
    /// Or only when its thread panics.
    always: bool,
}

impl<A, J, B> Drop for Stop<'_, A, J, B> {
    fn drop(&mut self) {
        if self.always || std::thread::panicking() {
            self.desk.stop();
        }
    }
}
