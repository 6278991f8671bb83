//! The best combinations, or the best of each group: which boxes may have some.

use std::sync::atomic::{AtomicU64, Ordering};

use super::best::{Best, Found};
use super::scan::Scan;
use super::top_tiles::{TileScratch, TopTiles};
use crate::exec::walk::Walker;
use crate::numeric::scalar::{from_key, to_key};
use crate::prune::{BoxRef, Verdict, View};

impl TopTiles<'_> {
    /// The cell of a box, if it is in one.
    fn cell(&self, place: &BoxRef<'_>) -> Option<usize> {
        let adds = self.adds.iter().enumerate();
        let adds = adds.filter(|(_, adds)| !adds.is_empty());
        adds.map(|(group, adds)| Some(adds[place.digit(group)?] as usize))
            .sum()
    }
}

impl Scan for TopTiles<'_> {
    type State = Best;
    type Scratch = TileScratch;

    fn nothing(&self) -> Best {
        Best::new(self.cells, self.top, None)
    }

    fn absorb(&self, walker: &Walker<'_>, scratch: &mut TileScratch, best: &mut Best) {
        self.take(walker, scratch, best);
    }

    fn merge(&self, best: &mut Best, other: Best) {
        best.merge(other);
    }

    fn judge(&self, view: &View<'_>, best: &Best) -> Verdict {
        if view.excludes_any(&self.conditions) {
            return Verdict::Pruned;
        }
        let compared = self.top.distinct.iter().chain([&self.top.by]);
        if !compared.into_iter().all(|node| view.at(*node).is_sound()) {
            // There may be a fault: it must be found.
            return Verdict::Open(f64::NEG_INFINITY);
        }
        let rank = self.top.direction().bound(view.at(self.top.by)) + 0.0;
        if self.is_open(rank, &view.place, best) {
            Verdict::Open(rank)
        } else {
            Verdict::Pruned
        }
    }

    fn is_open(&self, rank: f64, place: &BoxRef<'_>, best: &Best) -> bool {
        let Some(cell) = self.cell(place) else {
            return true;
        };
        let row = place.lowest();
        rank == f64::NEG_INFINITY
            || (rank <= self.bars.get(cell) && best.admits(&Found { rank, cell, row }))
    }

    fn evaluated(&self, place: &BoxRef<'_>, best: &mut Best) {
        if let Some(cell) = self.cell(place) {
            best.settle_cell(cell);
            if let Some(bar) = best.bar(cell) {
                self.bars.lower(cell, bar);
            }
        }
    }

    fn bound(&self, rank: f64) -> Option<f64> {
        Some(rank * self.top.direction().sign())
    }
}

/// For each cell, what nothing above is among the best, as far as any worker knows.
#[derive(Default)]
pub(super) struct Bars(Vec<AtomicU64>);

impl Bars {
    /// For so many cells, of all of which this is known.
    pub(super) fn new(cells: usize, known: Option<f64>) -> Self {
        let bar = || AtomicU64::new(to_key(known.unwrap_or(f64::INFINITY)));
        Self((0..cells).map(|_| bar()).collect())
    }

    fn lower(&self, cell: usize, bar: f64) {
        self.0[cell].fetch_min(to_key(bar), Ordering::Relaxed);
    }

    fn get(&self, cell: usize) -> f64 {
        from_key(self.0[cell].load(Ordering::Relaxed))
    }
}
