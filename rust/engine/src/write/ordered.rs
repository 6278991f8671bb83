//! Work in parallel, results in order.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::Builder;

use crate::{Error, Result};

/// What is ready to be emitted, and what is next.
struct Line<T> {
    ready: Mutex<BTreeMap<usize, Result<T>>>,
    taken: AtomicUsize,
    stopped: AtomicBool,
}

/// Runs `work(0)`, …, `work(count - 1)` on up to `threads` threads and hands the results to `emit` in that order.
///
/// The calling thread takes part, no thread outlives the call, and what is emitted does not depend on `threads`. Up to
/// `count` results may wait for their turn, so the caller bounds memory by `count`.
///
/// # Errors
///
/// The error that one thread would have met first; nothing after it is emitted.
pub(super) fn in_order<T: Send>(
    threads: usize,
    count: usize,
    work: impl Fn(usize) -> Result<T> + Sync,
    emit: impl FnMut(T) -> Result<()> + Send,
) -> Result<()> {
    let line = Line {
        ready: Mutex::new(BTreeMap::new()),
        taken: AtomicUsize::new(0),
        stopped: AtomicBool::new(false),
    };
    let turn = Mutex::new(Turn {
        next: 0,
        emit,
        outcome: Ok(()),
    });
    let run = || {
        while !line.stopped.load(Ordering::Relaxed) {
            let index = line.taken.fetch_add(1, Ordering::Relaxed);
            if index >= count {
                break;
            }
            let result = work(index);
            line.ready
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(index, result);
            // Whoever holds the turn emits for all; the others go on working.
            if let Ok(mut turn) = turn.try_lock() {
                turn.drain(&line);
            }
        }
    };
    let panicked = std::thread::scope(|scope| {
        let helpers: Vec<_> = (1..threads.min(count))
            // A thread that cannot be had (a limit on processes) is done without.
            .map_while(|_| Builder::new().spawn_scoped(scope, run).ok())
            .collect();
        run();
        helpers.into_iter().any(|helper| helper.join().is_err())
    });
    if panicked {
        return Err(Error::Encode("a writing thread panicked".to_owned()));
    }
    let mut turn = turn.into_inner().unwrap_or_else(PoisonError::into_inner);
    turn.drain(&line);
    turn.outcome
}

struct Turn<E> {
    next: usize,
    emit: E,
    outcome: Result<()>,
}

impl<E> Turn<E> {
    fn drain<T>(&mut self, line: &Line<T>)
    where
        E: FnMut(T) -> Result<()>,
    {
        while self.outcome.is_ok() {
            let Some(result) = line
                .ready
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .remove(&self.next)
            else {
                return;
            };
            self.next += 1;
            self.outcome = result.and_then(&mut self.emit);
        }
        line.stopped.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_on_any_number_of_threads() {
        for threads in [0, 1, 2, 7, 100] {
            let mut seen = Vec::new();
            in_order(
                threads,
                50,
                |index| Ok(index * 2),
                |value| {
                    seen.push(value);
                    Ok(())
                },
            )
            .unwrap();
            assert_eq!(seen, (0..50).map(|index| index * 2).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_first_error_wins_and_nothing_follows_it() {
        for threads in [1, 2, 7] {
            let mut seen = Vec::new();
            let work = |index: usize| {
                if index % 10 == 7 {
                    Err(Error::Encode(index.to_string()))
                } else {
                    Ok(index)
                }
            };
            let outcome = in_order(threads, 50, work, |value| {
                seen.push(value);
                Ok(())
            });
            assert_eq!(outcome.unwrap_err().to_string(), "7");
            assert_eq!(seen, (0..7).collect::<Vec<_>>());
        }
    }

    #[test]
    fn an_error_of_the_sink_stops_the_work() {
        let outcome = in_order(3, 1000, Ok, |value| {
            if value == 5 {
                Err(Error::Interrupted)
            } else {
                Ok(())
            }
        });
        assert!(matches!(outcome, Err(Error::Interrupted)));
    }
}
