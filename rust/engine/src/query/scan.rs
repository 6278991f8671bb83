//! One driver for all questions about tiles of rows: over every row, or by branch and bound.

use std::ops::Range;

use crate::error::Result;
use crate::exec::program::Program;
use crate::exec::walk::{Walk, Walker};
use crate::prune::{BoxRef, Ended, Goal, Part, Verdict, View, Visitor};
use crate::run::{Control, gather};
use crate::space::Region;

/// What a question makes of tiles of rows, and of boxes whose rows are bounded.
pub(super) trait Scan: Sync {
    /// What a worker has found so far.
    type State: Send;
    /// Buffers of a worker.
    type Scratch: Default + Send;

    /// Nothing found.
    fn nothing(&self) -> Self::State;

    /// Take in the rows of a tile.
    fn absorb(&self, walker: &Walker<'_>, scratch: &mut Self::Scratch, found: &mut Self::State);

    /// Take in what another worker has found.
    fn merge(&self, found: &mut Self::State, other: Self::State);

    /// The order in which chunks of rows are taken.
    fn order(&self, chunk: u64, _chunks: u64) -> u64 {
        chunk
    }

    /// What is known of a box before its rows are looked at.
    fn judge(&self, view: &View<'_>, found: &Self::State) -> Verdict;

    /// Whether a box that was open, with this key, still is, as far as is known without bounding it again.
    fn is_open(&self, _key: f64, _place: &BoxRef<'_>, _found: &Self::State) -> bool {
        true
    }

    /// Take note that a box is decided.
    fn decided(&self, _view: &View<'_>, _found: &mut Self::State) {}

    /// Take note that the rows of a box have been taken in.
    fn evaluated(&self, _place: &BoxRef<'_>, _found: &mut Self::State) {}

    /// The bound that is proven when no open box has a smaller key; None where only a whole answer is one.
    fn bound(&self, _key: f64) -> Option<f64> {
        None
    }
}

/// Answer each box of a range of rows, one after the other, and tell how much is done.
///
/// # Errors
/// When there is no such range, or that of an answer.
pub(super) fn box_by_box(
    program: &Program,
    rows: &Range<u64>,
    control: &Control,
    mut answer: impl FnMut(&Region, &Program) -> Result<()>,
) -> Result<()> {
    for (region, part) in program.boxes(rows)? {
        answer(&region, &part)?;
        // Where a search has ended early, not all of it is done.
        if control.bound().is_none() {
            control.finish(region.first + region.rows() - rows.start);
        }
    }
    Ok(())
}

/// What is found in all rows of a walk by workers that start with `start`.
///
/// # Errors
/// When the run was stopped.
pub(super) fn over_rows<S: Scan>(
    scan: &S,
    walk: &Walk<'_>,
    threads: usize,
    control: &Control,
    start: impl Fn() -> S::State + Sync,
) -> Result<S::State> {
    let worker = || (walk.walker(), start(), S::Scratch::default());
    let work = |(walker, found, scratch): &mut (Walker<'_>, S::State, S::Scratch), chunk| {
        let chunk = walk.chunk(scan.order(chunk, walk.chunks()));
        walker.for_each(chunk, control, |walker, alive| {
            if alive {
                scan.absorb(walker, scratch, found);
            }
            Ok(())
        })
    };
    let workers = gather(walk.chunks(), threads, worker, work)?.into_iter();
    Ok(merged(scan, workers.map(|(_, found, _)| found)))
}

/// What is found in a part of a space by branch and bound; where that is given up, what `fallback` finds.
///
/// # Errors
/// That of the fallback, or when the run was stopped.
pub(super) fn over_boxes<S: Scan>(
    scan: &S,
    walk: &Walk<'_>,
    (part, goal): (&Part, &Goal),
    threads: usize,
    control: &Control,
    fallback: impl FnOnce() -> Result<S::State>,
) -> Result<S::State> {
    let visitor = || ScanVisitor {
        scan,
        walker: walk.walker(),
        found: scan.nothing(),
        scratch: S::Scratch::default(),
        control,
    };
    let (visitors, ended) = part.searched(goal, threads, control, visitor)?;
    match ended {
        Ended::Complete => {}
        Ended::GivenUp => return fallback(),
        Ended::TimedOut(key) => match scan.bound(key) {
            Some(bound) => control.record_bound(bound),
            None => return fallback(),
        },
    }
    Ok(merged(
        scan,
        visitors.into_iter().map(|visitor| visitor.found),
    ))
}

fn merged<S: Scan>(scan: &S, workers: impl Iterator<Item = S::State>) -> S::State {
    let mut all = scan.nothing();
    workers.for_each(|other| scan.merge(&mut all, other));
    all
}

/// A worker that scans box by box.
struct ScanVisitor<'a, S: Scan> {
    scan: &'a S,
    walker: Walker<'a>,
    found: S::State,
    scratch: S::Scratch,
    control: &'a Control,
}

impl<S: Scan> Visitor for ScanVisitor<'_, S> {
    fn judge(&self, view: &View<'_>) -> Verdict {
        self.scan.judge(view, &self.found)
    }

    fn is_open(&self, key: f64, place: &BoxRef<'_>) -> bool {
        self.scan.is_open(key, place, &self.found)
    }

    fn decided(&mut self, view: &View<'_>) {
        self.scan.decided(view, &mut self.found);
    }

    fn evaluate(&mut self, place: &BoxRef<'_>) -> Result<()> {
        if self.walker.visit(&place.extent(), self.control)? {
            self.scan
                .absorb(&self.walker, &mut self.scratch, &mut self.found);
            self.scan.evaluated(place, &mut self.found);
        }
        Ok(())
    }
}
