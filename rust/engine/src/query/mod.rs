//! What becomes of the combinations: rows, the best of them, statistics.

pub(crate) mod arrow;
mod best;
mod column;
mod count;
mod exact;
mod fill;
mod pareto;
pub(crate) mod piece;
mod places;
mod quantiles;
mod rows;
mod sought;
mod summary;
pub(crate) mod table;
mod top;

pub use column::{AxisValues, Column, labels};
pub use count::Count;
pub use exact::{ExactSquares, ExactSum, Moments};
pub use fill::fill;
pub(crate) use fill::fill_raw;
pub use pareto::Pareto;
pub(crate) use places::Places;
pub use rows::Rows;
pub(crate) use rows::{Quota, Source};
pub use summary::{ColumnStatistics, Measure, Statistics, Summary};
pub use top::{Top, Winner};

use std::ops::Range;

use crate::error::{Error, Result};
use crate::math::holds;
use crate::run::Control;
use crate::schedule::{Reader, RowSchedule};
use crate::space::{Region, Space};
use crate::tape::{Node, Tape};

/// A range of rows cut into chunks for the workers.
#[derive(Clone, Debug)]
pub(crate) struct Chunks {
    rows: Range<u64>,
    each: u64,
}

impl Chunks {
    /// Chunks of so many rows.
    pub(crate) fn of(rows: Range<u64>, each: u64) -> Self {
        Self {
            rows,
            each: each.max(1),
        }
    }

    pub(crate) fn count(&self) -> u64 {
        (self.rows.end - self.rows.start).div_ceil(self.each)
    }

    pub(crate) fn get(&self, chunk: u64) -> Range<u64> {
        let start = self.rows.start + chunk * self.each;
        start..(start + self.each).min(self.rows.end)
    }
}

/// Reads a schedule's nodes over a range of rows, one region at a time.
#[derive(Debug)]
pub(crate) struct Strips<'a> {
    space: &'a Space,
    reader: Reader<'a>,
    values: Vec<Vec<f64>>,
}

impl<'a> Strips<'a> {
    pub(crate) fn new(space: &'a Space, schedule: &'a RowSchedule, nodes: usize) -> Self {
        Self {
            space,
            reader: schedule.reader(),
            values: vec![vec![]; nodes],
        }
    }

    /// Call `each` with the first row and the values of each node, strip by strip.
    pub(crate) fn for_each(
        &mut self,
        rows: Range<u64>,
        control: &Control,
        mut each: impl FnMut(&Region, &[Vec<f64>]) -> Result<()>,
    ) -> Result<()> {
        let Self {
            space,
            reader,
            values,
        } = self;
        reader.for_each(space, rows, control, |reader, region| {
            for (which, values) in values.iter_mut().enumerate() {
                values.resize(region.rows() as usize, 0.0);
                reader.read(which, values);
            }
            each(region, values)
        })
    }
}

/// The lowest row at which a value that should be finite is not.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fault(Option<(u64, Node, f64)>);

impl Fault {
    pub(crate) fn note(&mut self, row: u64, node: Node, value: f64) {
        if self.0.is_none_or(|(lowest, ..)| row < lowest) {
            self.0 = Some((row, node, value));
        }
    }

    /// The row.
    pub(crate) fn row(&self) -> Option<u64> {
        self.0.map(|(row, ..)| row)
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        if let Some((row, node, value)) = other.0 {
            self.note(row, node, value);
        }
    }

    pub(crate) fn check(&self, tape: &Tape) -> Result<()> {
        match self.0 {
            None => Ok(()),
            Some((row, node, value)) => {
                let named = tape.outputs().iter().find(|(_, named)| *named == node);
                let column =
                    named.map_or_else(|| format!("node {node}"), |(name, _)| name.name.clone());
                Err(Error::NotFinite { row, column, value })
            }
        }
    }
}

/// Whether row `i` of a strip is wanted; every row is when there is no condition.
fn kept(keep: Option<&[f64]>, i: usize) -> bool {
    keep.is_none_or(|keep| holds(keep[i]))
}
