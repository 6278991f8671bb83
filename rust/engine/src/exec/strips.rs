//! Ranges of rows cut into chunks, and the values of nodes over them, strip by strip.

use std::ops::Range;

use super::schedule::{Reader, RowSchedule};
use crate::error::Result;
use crate::run::Control;
use crate::space::{Region, Space};

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
