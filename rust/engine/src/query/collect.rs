//! The values of a column in some bins, from the boxes of the space that bounds leave open.

use super::brackets::{Found, Keys};
use super::reading::{ColumnReading, SummaryScratch};
use super::scan::{Scan, over_boxes, over_rows};
use super::summary::Summary;
use crate::error::Result;
use crate::exec::measure::Measure;
use crate::exec::program::Program;
use crate::exec::walk::{Walk, Walker};
use crate::numeric::kernels::Simd;
use crate::numeric::scalar::from_key;
use crate::prune::monotonicity::Direction;
use crate::prune::{Goal, Literal, Part, Verdict, View, is_worth};
use crate::run::Control;
use crate::tape::Node;

/// A worker keeps at most this many different values of a bin.
const MOST: usize = 1 << 20;

/// The values of a bin, as keys, and how often each comes; None where there were too many.
type Values = Option<Vec<(u64, u64)>>;

/// Equal ones together.
fn settle(values: &mut Vec<(u64, u64)>) {
    values.sort_unstable();
    values.dedup_by(|next, one| {
        let same = next.0 == one.0;
        one.1 += if same { next.1 } else { 0 };
        same
    });
}

impl Summary {
    /// The values of a column that were found to be in bins; None where a bin has too many.
    pub(super) fn collected(
        &self,
        measure: Measure,
        found: &[Found],
        programs: &[&Program],
        threads: usize,
        control: &Control,
    ) -> Result<Option<Vec<f64>>> {
        let mut bins: Vec<Keys> = vec![];
        for one in found.iter().filter(|one| one.keys.low < one.keys.high) {
            if !bins.contains(&one.keys) {
                bins.push(one.keys);
            }
        }
        let column = Self {
            measures: vec![measure],
            keep: self.keep,
            state: None,
            squares: false,
            quantiles: vec![],
        };
        let mut all: Vec<Values> = vec![Some(vec![]); bins.len()];
        for program in programs.iter().filter(|_| !bins.is_empty()) {
            let more = column.values_in(&bins, program, threads, &control.uncounted())?;
            for (values, more) in all.iter_mut().zip(more) {
                *values = values
                    .take()
                    .zip(more)
                    .map(|(values, more)| [values, more].concat());
            }
        }
        all.iter_mut().flatten().for_each(settle);
        let value = |one: &Found| {
            let Some(bin) = bins.iter().position(|bin| *bin == one.keys) else {
                return Some(from_key(one.keys.low));
            };
            let mut rank = one.rank;
            for (key, times) in all[bin].as_ref()? {
                match rank.checked_sub(*times) {
                    None => return Some(from_key(*key)),
                    Some(left) => rank = left,
                }
            }
            None
        };
        Ok(found.iter().map(value).collect())
    }

    /// What the only column has in bins, by branch and bound if that is worth its while.
    fn values_in(
        &self,
        bins: &[Keys],
        program: &Program,
        threads: usize,
        control: &Control,
    ) -> Result<Vec<Values>> {
        let value = self.measures[0].value;
        let goal = Goal {
            objectives: vec![(value, Direction::Minimise)],
            keep: self.keep,
            apart: vec![],
        };
        let walked = |program: &Program| {
            let walk = Walk::new(program, &self.wanted(None))?;
            let collector = Collector::new(self, bins, program, &walk);
            over_rows(&collector, &walk, threads, control, || collector.nothing())
        };
        if !is_worth(program, &goal)? {
            return walked(program);
        }
        let part = Part::new(program, &[]).with_tables(&goal, threads, control)?;
        let walk = Walk::new(&part.program, &self.wanted(None))?;
        let collector = Collector::new(self, bins, &part.program, &walk);
        let fallback = || walked(program);
        over_boxes(
            &collector,
            &walk,
            (&part, &goal),
            threads,
            control,
            fallback,
        )
    }
}

/// Collects the values of tiles that are in bins.
struct Collector<'a> {
    bins: &'a [Keys],
    simd: Simd,
    value: Node,
    column: ColumnReading,
    /// The truth values that decide which boxes count.
    literals: Vec<Literal>,
}

impl<'a> Collector<'a> {
    fn new(summary: &Summary, bins: &'a [Keys], program: &Program, walk: &Walk<'_>) -> Self {
        Self {
            bins,
            simd: program.simd(),
            value: summary.measures[0].value,
            column: summary.columns(program, walk).remove(0),
            literals: program.tape().literals(summary.keep),
        }
    }
}

/// Buffers for a tile: for its values, and for where some of them are.
#[derive(Default)]
struct CollectScratch {
    values: SummaryScratch,
    blocks: Vec<u32>,
}

impl Scan for Collector<'_> {
    type State = Vec<Values>;
    type Scratch = CollectScratch;

    fn nothing(&self) -> Vec<Values> {
        vec![Some(vec![]); self.bins.len()]
    }

    fn absorb(&self, walker: &Walker<'_>, scratch: &mut CollectScratch, found: &mut Vec<Values>) {
        let (values, times) = self.column.read(walker, &mut scratch.values);
        for (bin, all) in self.bins.iter().zip(found) {
            let Some(kept) = all else { continue };
            let keep = |key| kept.push((key, times));
            bin.among(self.simd, values, &mut scratch.blocks, keep);
            if kept.len() > 2 * MOST {
                settle(kept);
                if kept.len() > MOST {
                    *all = None;
                }
            }
        }
    }

    fn merge(&self, found: &mut Vec<Values>, other: Vec<Values>) {
        for (values, more) in found.iter_mut().zip(other) {
            *values = values
                .take()
                .zip(more)
                .map(|(values, more)| [values, more].concat());
        }
    }

    fn judge(&self, view: &View<'_>, _: &Vec<Values>) -> Verdict {
        let values = view.at(self.value);
        let outside =
            |bin: &Keys| values.high < from_key(bin.low) || values.low > from_key(bin.high);
        if self.bins.iter().all(outside) || view.excludes_any(&self.literals) {
            return Verdict::Pruned;
        }
        // Small boxes first: so few of them wait.
        Verdict::Open(view.place.rows() as f64)
    }
}
