//! Workers that live for one call: chunks of the space in parallel, results in order.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::Builder;
use std::time::Instant;

use crate::error::{Error, Result};

/// How a caller watches a run, and stops it.
#[derive(Clone, Debug)]
pub struct Control {
    stop: Arc<AtomicBool>,
    so_far: Arc<SoFar>,
    /// How many combinations of the whole space one that is done stands for.
    times: f64,
    limit: Limit,
}

/// When a search is to end with what it has found.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limit {
    /// At this time.
    pub deadline: Option<Instant>,
    /// When it has bounded so many boxes.
    pub boxes: Option<u64>,
}

/// What a run has come to.
#[derive(Debug, Default)]
struct SoFar {
    /// For how many combinations it is known what becomes of them, and how many of these were evaluated.
    done: AtomicU64,
    evaluated: AtomicU64,
    /// How many boxes of combinations were bounded.
    boxes: AtomicU64,
    /// What nothing that was not looked at is better than, where it ended so.
    unproven: Mutex<Option<f64>>,
}

impl SoFar {
    fn unproven(&self) -> MutexGuard<'_, Option<f64>> {
        self.unproven.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Control {
    fn default() -> Self {
        Self {
            stop: Arc::default(),
            so_far: Arc::default(),
            times: 1.0,
            limit: Limit::default(),
        }
    }
}

impl Control {
    /// Ask the run to stop; it then fails with [`Error::Interrupted`].
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// For how many combinations it is known what becomes of them.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.so_far.done.load(Ordering::Relaxed)
    }

    /// How many combinations have been evaluated.
    #[must_use]
    pub fn evaluated(&self) -> u64 {
        self.so_far.evaluated.load(Ordering::Relaxed)
    }

    /// How many boxes of combinations have been bounded.
    #[must_use]
    pub fn boxes(&self) -> u64 {
        self.so_far.boxes.load(Ordering::Relaxed)
    }

    /// The same run, of which a search ends at a limit with what it has found.
    #[must_use]
    pub fn within(&self, limit: Limit) -> Self {
        Self {
            limit,
            ..self.clone()
        }
    }

    /// What nothing that was not looked at is better than; None where all was decided.
    #[must_use]
    pub fn unproven(&self) -> Option<f64> {
        *self.so_far.unproven()
    }

    /// A search ended before all was decided: nothing that is left is better than this.
    pub(crate) fn leave(&self, bound: f64) {
        *self.so_far.unproven() = Some(bound);
    }

    /// Whether it is time for a search to end.
    pub(crate) fn is_late(&self) -> bool {
        let Limit { deadline, boxes } = self.limit;
        boxes.is_some_and(|most| self.boxes() >= most)
            || deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }

    /// The same run, where what is done does not count.
    #[must_use]
    pub fn uncounted(&self) -> Self {
        Self {
            stop: Arc::clone(&self.stop),
            ..Self::default()
        }
    }

    /// The same run, in a part of the space of which each combination stands for so many.
    #[must_use]
    pub fn part(&self, times: f64) -> Self {
        Self {
            times: self.times * times,
            ..self.clone()
        }
    }

    /// Count combinations as evaluated.
    ///
    /// # Errors
    /// When the run shall stop.
    pub fn advance(&self, rows: u64) -> Result<()> {
        self.so_far.evaluated.fetch_add(rows, Ordering::Relaxed);
        self.decided(rows)
    }

    /// Count combinations of which it is known, without a look at each, what becomes of them.
    ///
    /// # Errors
    /// When the run shall stop.
    pub fn decided(&self, rows: u64) -> Result<()> {
        let rows = if self.times > 1.0 {
            (rows as f64 * self.times) as u64
        } else {
            rows
        };
        self.so_far.done.fetch_add(rows, Ordering::Relaxed);
        self.check()
    }

    /// Count boxes as bounded.
    pub(crate) fn bounded(&self, boxes: u64) {
        self.so_far.boxes.fetch_add(boxes, Ordering::Relaxed);
    }

    /// All of so many combinations are done.
    pub(crate) fn finish(&self, rows: u64) {
        self.so_far.done.store(rows, Ordering::Relaxed);
    }

    /// Look whether to go on.
    ///
    /// # Errors
    /// When the run shall stop.
    pub fn check(&self) -> Result<()> {
        if self.stop.load(Ordering::Relaxed) {
            Err(Error::Interrupted)
        } else {
            Ok(())
        }
    }
}

/// Work on every chunk, in any order; what the workers gathered comes back. The calling thread is one of them.
///
/// Where the system gives fewer threads than asked for, there are fewer workers.
///
/// # Errors
/// The first error of any worker.
pub fn gather<W: Send>(
    chunks: u64,
    threads: usize,
    worker: impl Fn() -> W + Sync,
    work: impl Fn(&mut W, u64) -> Result<()> + Sync,
) -> Result<Vec<W>> {
    let next = AtomicU64::new(0);
    let one = || {
        let mut state = worker();
        loop {
            let chunk = next.fetch_add(1, Ordering::Relaxed);
            if chunk >= chunks {
                return Ok(state);
            }
            if let Err(error) = work(&mut state, chunk) {
                next.store(chunks, Ordering::Relaxed);
                return Err(error);
            }
        }
    };
    if threads <= 1 || chunks <= 1 {
        return Ok(vec![one()?]);
    }
    std::thread::scope(|scope| {
        let workers: Vec<_> = (1..threads.min(chunks as usize))
            .map_while(|_| Builder::new().spawn_scoped(scope, one).ok())
            .collect();
        let own = one();
        // Every worker is joined before any error is returned.
        let others: Vec<Result<W>> = workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic)))
            .collect();
        std::iter::once(own).chain(others).collect()
    })
}

/// Work on every chunk in parallel, and take the results in the order of the chunks, until `take` breaks off.
///
/// At most a few chunks for each thread wait to be taken.
///
/// # Errors
/// That of the first chunk that fails, or of `take`.
pub fn ordered<W, T: Send>(
    chunks: u64,
    threads: usize,
    worker: impl Fn() -> W + Sync,
    work: impl Fn(&mut W, u64) -> Result<T> + Sync,
    mut take: impl FnMut(T) -> Result<ControlFlow<()>>,
) -> Result<()> {
    // What one thread does alone.
    let alone = |take: &mut dyn FnMut(T) -> Result<ControlFlow<()>>| -> Result<()> {
        let mut state = worker();
        for chunk in 0..chunks {
            if take(work(&mut state, chunk)?)?.is_break() {
                break;
            }
        }
        Ok(())
    };
    if threads <= 1 || chunks <= 1 {
        return alone(&mut take);
    }
    let queue = Queue::new(chunks, 2 * threads as u64);
    std::thread::scope(|scope| {
        let _stop = StopOnDrop(&queue);
        let one = || {
            // A worker that panics must not leave the others waiting.
            let _stop = StopOnPanic(&queue);
            let mut state = worker();
            while let Some(chunk) = queue.claim() {
                queue.deliver(chunk, work(&mut state, chunk));
            }
        };
        let workers = (0..threads.min(chunks as usize))
            .map_while(|_| Builder::new().spawn_scoped(scope, one).ok())
            .count();
        if workers == 0 {
            // The system gives no more threads: this one does the work.
            return alone(&mut take);
        }
        for chunk in 0..chunks {
            match queue.collect(chunk) {
                Some(result) => {
                    if take(result?)?.is_break() {
                        break;
                    }
                }
                None => return Err(Error::Interrupted),
            }
        }
        Ok(())
    })
}

/// Chunks on their way from the workers to the taker.
struct Queue<T> {
    state: Mutex<Waiting<T>>,
    changed: Condvar,
    chunks: u64,
    window: u64,
}

struct Waiting<T> {
    claimed: u64,
    taken: u64,
    ready: BTreeMap<u64, Result<T>>,
    stopped: bool,
}

impl<T> Queue<T> {
    fn new(chunks: u64, window: u64) -> Self {
        let state = Waiting {
            claimed: 0,
            taken: 0,
            ready: BTreeMap::new(),
            stopped: false,
        };
        Self {
            state: Mutex::new(state),
            changed: Condvar::new(),
            chunks,
            window,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, guard: MutexGuard<'a, Waiting<T>>) -> MutexGuard<'a, Waiting<T>> {
        self.changed
            .wait(guard)
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The next chunk to work on, once few enough are waiting to be taken.
    fn claim(&self) -> Option<u64> {
        let mut state = self.lock();
        while !state.stopped
            && state.claimed < self.chunks
            && state.claimed >= state.taken + self.window
        {
            state = self.wait(state);
        }
        if state.stopped || state.claimed >= self.chunks {
            return None;
        }
        state.claimed += 1;
        Some(state.claimed - 1)
    }

    fn deliver(&self, chunk: u64, result: Result<T>) {
        self.lock().ready.insert(chunk, result);
        self.changed.notify_all();
    }

    fn collect(&self, chunk: u64) -> Option<Result<T>> {
        let mut state = self.lock();
        loop {
            if let Some(result) = state.ready.remove(&chunk) {
                state.taken = chunk + 1;
                self.changed.notify_all();
                return Some(result);
            }
            if state.stopped {
                return None;
            }
            state = self.wait(state);
        }
    }

    fn stop(&self) {
        self.lock().stopped = true;
        self.changed.notify_all();
    }
}

struct StopOnDrop<'a, T>(&'a Queue<T>);

impl<T> Drop for StopOnDrop<'_, T> {
    fn drop(&mut self) {
        self.0.stop();
    }
}

struct StopOnPanic<'a, T>(&'a Queue<T>);

impl<T> Drop for StopOnPanic<'_, T> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.stop();
        }
    }
}
