//! How a caller watches a run, limits it and stops it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

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

impl Limit {
    /// After some seconds from now (none where that is no time that a clock can have), or after so many boxes.
    #[must_use]
    pub fn after(seconds: Option<f64>, boxes: Option<u64>) -> Self {
        let deadline = seconds
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
            .and_then(|duration| Instant::now().checked_add(duration));
        Self { deadline, boxes }
    }
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
    bound: Mutex<Option<f64>>,
}

impl SoFar {
    fn bound(&self) -> MutexGuard<'_, Option<f64>> {
        self.bound.lock().unwrap_or_else(PoisonError::into_inner)
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
    pub fn with_limit(&self, limit: Limit) -> Self {
        Self {
            limit,
            ..self.clone()
        }
    }

    /// What nothing that was not looked at is better than; None where all was decided.
    #[must_use]
    pub fn bound(&self) -> Option<f64> {
        *self.so_far.bound()
    }

    /// A search ended before all was decided: nothing that is left is better than this.
    pub(crate) fn record_bound(&self, bound: f64) {
        *self.so_far.bound() = Some(bound);
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
    pub fn scaled(&self, times: f64) -> Self {
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
    pub(crate) fn count_boxes(&self, boxes: u64) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_none_where_the_time_is_none() {
        for seconds in [
            None,
            Some(f64::NAN),
            Some(-1.0),
            Some(f64::INFINITY),
            Some(1e19),
        ] {
            let limit = Limit::after(seconds, Some(3));
            assert_eq!(
                (limit.deadline, limit.boxes),
                (None, Some(3)),
                "{seconds:?}"
            );
        }
        let before = Instant::now();
        assert!(
            Limit::after(Some(60.0), None)
                .deadline
                .is_some_and(|end| end > before)
        );
    }
}
