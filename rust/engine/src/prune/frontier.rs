//! The boxes that wait to be looked at, for all workers.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::pyramid::Side;
use crate::run::Control;

/// How many boxes a worker takes at a time.
const BATCH: usize = 4;

/// A box that waits.
pub(super) struct OpenBox {
    pub(super) key: f64,
    pub(super) lowest: u64,
    pub(super) sides: Vec<Side>,
}

impl Ord for OpenBox {
    /// The greatest comes first.
    fn cmp(&self, other: &Self) -> Ordering {
        let keys = other.key.total_cmp(&self.key);
        keys.then(other.lowest.cmp(&self.lowest))
    }
}

impl PartialOrd for OpenBox {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for OpenBox {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for OpenBox {}

/// The boxes that wait, and who may find more.
#[derive(Default)]
struct Open {
    heap: BinaryHeap<OpenBox>,
    /// How many workers may still find more.
    busy: usize,
    /// How many were bounded.
    bounded: u64,
    failed: bool,
}

/// The same, for all workers.
#[derive(Default)]
pub(super) struct Shared {
    open: Mutex<Open>,
    more: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn push(&self, waiting: OpenBox) {
        self.lock().heap.push(waiting);
    }

    pub(super) fn pop(&self) -> Option<OpenBox> {
        self.lock().heap.pop()
    }

    /// The key of the first box that waits.
    pub(super) fn first(&self) -> Option<f64> {
        self.lock().heap.peek().map(|first| first.key)
    }

    /// Nobody shall go on.
    pub(super) fn fail(&self) {
        let mut open = self.lock();
        open.failed = true;
        self.more.notify_all();
    }

    /// The next boxes; None when there will be no more, or too many were looked at.
    pub(super) fn take(&self, most: u64, control: &Control) -> Option<Vec<OpenBox>> {
        let mut open = self.lock();
        while open.heap.is_empty() && open.busy > 0 && !open.failed {
            open = self.more.wait(open).unwrap_or_else(PoisonError::into_inner);
        }
        let over = open.bounded > most || control.is_late();
        if open.heap.is_empty() || open.failed || over {
            return None;
        }
        open.busy += 1;
        let count = BATCH.min(open.heap.len().div_ceil(2));
        Some((0..count).filter_map(|_| open.heap.pop()).collect())
    }

    /// Give what was found in boxes that were taken.
    pub(super) fn give(&self, found: &mut Vec<OpenBox>, bounded: u64) {
        let mut open = self.lock();
        open.heap.append(&mut std::mem::take(found).into());
        open.bounded += bounded;
        open.busy -= 1;
        self.more.notify_all();
    }
}

/// A worker that panics must not leave the others waiting.
pub(super) struct FailOnPanic<'a>(pub(super) &'a Shared);

impl Drop for FailOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.fail();
        }
    }
}
