//! Workers that live for one call: chunks of the space in parallel, results in order.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::Builder;

use crate::error::{Error, Result};

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
    let queue = ChunkQueue::new(chunks, 2 * threads as u64);
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
struct ChunkQueue<T> {
    state: Mutex<ChunkState<T>>,
    changed: Condvar,
    chunks: u64,
    window: u64,
}

struct ChunkState<T> {
    claimed: u64,
    taken: u64,
    ready: BTreeMap<u64, Result<T>>,
    stopped: bool,
}

impl<T> ChunkQueue<T> {
    fn new(chunks: u64, window: u64) -> Self {
        let state = ChunkState {
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

    fn lock(&self) -> MutexGuard<'_, ChunkState<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, guard: MutexGuard<'a, ChunkState<T>>) -> MutexGuard<'a, ChunkState<T>> {
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

struct StopOnDrop<'a, T>(&'a ChunkQueue<T>);

impl<T> Drop for StopOnDrop<'_, T> {
    fn drop(&mut self) {
        self.0.stop();
    }
}

struct StopOnPanic<'a, T>(&'a ChunkQueue<T>);

impl<T> Drop for StopOnPanic<'_, T> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.stop();
        }
    }
}
