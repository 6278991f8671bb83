//! The best combinations, or the best of each group, box by box.

use std::sync::atomic::{AtomicU64, Ordering};

use super::best::{Best, Found};
use super::top::Top;
use super::top_tiles::{TileScratch, TopTiles};
use crate::error::Result;
use crate::exec::walk::{Walk, Walker};
use crate::numeric::scalar::{from_key, to_key};
use crate::prune::{Ended, Literal, Part, Place, Verdict, View, Visitor};
use crate::run::Control;

impl Top {
    /// The best of all rows of a part of a program, box by box if that is worth its while.
    pub(super) fn sought(
        &self,
        part: &Part,
        cells: usize,
        threads: usize,
        control: &Control,
    ) -> Result<Best> {
        let walk = Walk::new(&part.program, &self.wanted(&part.adds))?;
        let tiles = TopTiles::new(self, &walk, &part.adds);
        let bars = Bars::new(cells);
        let conditions = part.program.tape().literals(self.keep);
        let visitor = || TopVisitor {
            tiles: &tiles,
            conditions: &conditions,
            walker: walk.walker(),
            best: Best::new(cells, self, None),
            scratch: TileScratch::default(),
            bars: &bars,
            control,
        };
        let (workers, ended) = part.searched(&self.goal(), threads, control, visitor)?;
        match ended {
            Ended::Complete => {}
            Ended::GivenUp => {
                return self.walked(&part.program, &part.adds, cells, threads, control);
            }
            Ended::Late(rank) => control.record_bound(rank * self.direction().sign()),
        }
        let mut best = Best::new(cells, self, None);
        for worker in workers {
            best.merge(worker.best);
        }
        Ok(best)
    }
}

/// Looks for the best box by box.
struct TopVisitor<'a> {
    tiles: &'a TopTiles<'a>,
    conditions: &'a [Literal],
    walker: Walker<'a>,
    best: Best,
    scratch: TileScratch,
    bars: &'a Bars,
    control: &'a Control,
}

impl TopVisitor<'_> {
    /// The cell of a box, if it is in one.
    fn cell(&self, place: &Place<'_>) -> Option<usize> {
        let adds = self.tiles.adds.iter().enumerate();
        let adds = adds.filter(|(_, adds)| !adds.is_empty());
        adds.map(|(group, adds)| Some(adds[place.digit(group)?] as usize))
            .sum()
    }
}

impl Visitor for TopVisitor<'_> {
    fn judge(&self, view: &View<'_>) -> Verdict {
        if view.excludes_any(self.conditions) {
            return Verdict::Decided;
        }
        let top = self.tiles.top;
        let compared = top.distinct.iter().chain([&top.by]);
        if !compared.into_iter().all(|node| view.at(*node).is_sound()) {
            // There may be a fault: it must be found.
            return Verdict::Open(f64::NEG_INFINITY);
        }
        let rank = top.direction().bound(view.at(top.by)) + 0.0;
        if self.is_open(rank, &view.place) {
            Verdict::Open(rank)
        } else {
            Verdict::Decided
        }
    }

    fn is_open(&self, rank: f64, place: &Place<'_>) -> bool {
        let Some(cell) = self.cell(place) else {
            return true;
        };
        let row = place.lowest();
        rank == f64::NEG_INFINITY
            || (rank <= self.bars.get(cell) && self.best.admits(&Found { rank, cell, row }))
    }

    fn evaluate(&mut self, place: &Place<'_>) -> Result<()> {
        if self.walker.visit(&place.extent(), self.control)? {
            self.tiles
                .absorb(&self.walker, &mut self.scratch, &mut self.best);
            if let Some(cell) = self.cell(place) {
                self.best.settle_cell(cell);
                if let Some(bar) = self.best.bar(cell) {
                    self.bars.lower(cell, bar);
                }
            }
        }
        Ok(())
    }
}

/// For each cell, what nothing above is among the best, as far as any worker knows.
struct Bars(Vec<AtomicU64>);

impl Bars {
    fn new(cells: usize) -> Self {
        let bar = || AtomicU64::new(to_key(f64::INFINITY));
        Self((0..cells).map(|_| bar()).collect())
    }

    fn lower(&self, cell: usize, bar: f64) {
        self.0[cell].fetch_min(to_key(bar), Ordering::Relaxed);
    }

    fn get(&self, cell: usize) -> f64 {
        from_key(self.0[cell].load(Ordering::Relaxed))
    }
}
