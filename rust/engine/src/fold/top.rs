//! The best combinations, or the best of each group: smallest value first, then lowest index.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::ops::Range;

use super::{Chunks, Fault, Strips, kept};
use crate::error::{Error, Result};
use crate::program::Program;
use crate::run::{Control, gather};
use crate::space::{Region, Space};
use crate::tape::Node;

/// How many groups of combinations there may be.
const MOST_CELLS: u64 = 1 << 22;

/// What to look for.
#[derive(Clone, Debug)]
pub struct Top {
    /// What shall be small, or large.
    pub by: Node,
    /// Whether it shall be large.
    pub largest: bool,
    /// Which combinations may win; all when there is none.
    pub keep: Option<Node>,
    /// What makes combinations a group: for some groups of the space (each once), a number for each digit. None: all
    /// are one.
    pub per: Vec<(usize, Vec<u32>)>,
    /// How many to find (of each group).
    pub k: usize,
    /// Of combinations that are equal in all of these, only the first counts.
    pub distinct: Vec<Node>,
}

/// A combination that was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Winner {
    /// Its group.
    pub cell: usize,
    /// Its value.
    pub value: f64,
    /// Its index.
    pub row: u64,
}

impl Top {
    /// The winners of the rows in a range: by group, then by value, then by index.
    ///
    /// # Errors
    /// When a value to compare is not finite, or the run was stopped.
    pub fn run(
        &self,
        program: &Program,
        rows: Range<u64>,
        threads: usize,
        control: &Control,
    ) -> Result<Vec<Winner>> {
        let (adds, cells) = self.cells(program.space())?;
        let mut nodes = vec![self.by];
        nodes.extend(self.keep);
        nodes.extend(&self.distinct);
        let schedule = program.schedule(&nodes)?;
        let chunks = Chunks::new(rows, program);
        let worker = || {
            (
                Strips::new(program.space(), &schedule, nodes.len()),
                Best::new(cells, self.k, !self.distinct.is_empty()),
            )
        };
        let workers = gather(chunks.count(), threads, worker, |(strips, best), chunk| {
            strips.for_each(chunks.get(chunk), control, |region, values| {
                self.absorb(&adds, region, values, best);
                Ok(())
            })
        })?;
        let mut bests = workers.into_iter().map(|(_, best)| best);
        let mut best = bests
            .next()
            .unwrap_or_else(|| Best::new(cells, self.k, false));
        bests.for_each(|other| best.merge(other));
        best.fault.check(program.tape())?;
        Ok(best.winners())
    }

    /// What each digit of each group of the space adds to the number of a combination's cell, and how many cells
    /// there are.
    fn cells(&self, space: &Space) -> Result<(Vec<Vec<u32>>, usize)> {
        let mut adds: Vec<Vec<u32>> = space.sizes().iter().map(|_| vec![]).collect();
        let mut cells = 1_u64;
        for (group, numbers) in self.per.iter().rev() {
            if space.sizes().get(*group) != Some(&(numbers.len() as u64))
                || !adds[*group].is_empty()
            {
                return Err(Error::Invalid(format!(
                    "group {group}: not one number for each digit"
                )));
            }
            let different = u64::from(numbers.iter().max().map_or(0, |most| *most)) + 1;
            let stride = cells;
            cells = cells.saturating_mul(different);
            if cells > MOST_CELLS {
                return Err(Error::Invalid(format!(
                    "{cells} groups of combinations; at most {MOST_CELLS} are possible"
                )));
            }
            adds[*group] = numbers
                .iter()
                .map(|number| number * stride as u32)
                .collect();
        }
        Ok((adds, cells as usize))
    }

    fn absorb(&self, adds: &[Vec<u32>], region: &Region, values: &[Vec<f64>], best: &mut Best) {
        let (by, rest) = (&values[0], &values[1..]);
        let (keep, distinct) = if self.keep.is_some() {
            (Some(&rest[0]), &rest[1..])
        } else {
            (None, rest)
        };
        best.number_cells(adds, region);
        for (i, &value) in by.iter().enumerate() {
            if !kept(keep, i) {
                continue;
            }
            let row = region.first + i as u64;
            let compared = std::iter::once((self.by, value)).chain(
                self.distinct
                    .iter()
                    .copied()
                    .zip(distinct.iter().map(|column| column[i])),
            );
            if let Some((node, value)) = compared.into_iter().find(|(_, value)| !value.is_finite())
            {
                best.fault.note(row, node, value);
                continue;
            }
            let cell = best.numbers[i] as usize;
            let rank = if self.largest { -value } else { value };
            let winner = Winner { cell, value, row };
            best.offer(
                Found {
                    rank: rank + 0.0,
                    winner,
                },
                || distinct.iter().map(|column| key(column[i])).collect(),
            );
        }
    }
}

/// A value as something to compare for equality: the zeros are equal.
fn key(value: f64) -> u64 {
    (value + 0.0).to_bits()
}

/// A combination that was found, by what it is ranked (never −0, which must tie with 0).
#[derive(Clone, Copy)]
struct Found {
    rank: f64,
    winner: Winner,
}

impl Found {
    fn order(&self, other: &Self) -> Ordering {
        self.rank
            .total_cmp(&other.rank)
            .then(self.winner.row.cmp(&other.winner.row))
    }

    fn beats(&self, other: &Self) -> bool {
        self.order(other) == Ordering::Less
    }
}

/// The best so far of one cell: twice as many as are wanted are gathered, then the worse half is dropped.
#[derive(Clone, Default)]
struct Cell {
    found: Vec<Found>,
    /// The worst of those that were kept when there were enough: nothing behind it can win.
    bar: Option<Found>,
}

impl Cell {
    #[inline]
    fn admits(&self, found: &Found) -> bool {
        self.bar.as_ref().is_none_or(|bar| found.beats(bar))
    }

    fn push(&mut self, found: Found, k: usize) {
        self.found.push(found);
        if self.found.len() >= k.saturating_mul(2) {
            self.settle(k);
        }
    }

    /// Drop what cannot win.
    fn settle(&mut self, k: usize) {
        if self.found.len() >= k {
            let (_, last, _) = self.found.select_nth_unstable_by(k - 1, Found::order);
            self.bar = Some(*last);
            self.found.truncate(k);
        }
    }
}

/// The best so far of each cell.
struct Best {
    k: usize,
    cells: Vec<Cell>,
    /// With columns to be distinct in: the best of each cell and values of these columns, instead of `Cell::found`.
    keys: Option<HashMap<(usize, Vec<u64>), Found>>,
    fault: Fault,
    /// The cell of each row of the strip at hand.
    numbers: Vec<u32>,
}

impl Best {
    fn new(cells: usize, k: usize, distinct: bool) -> Self {
        Self {
            k,
            cells: vec![Cell::default(); cells],
            keys: distinct.then(HashMap::new),
            fault: Fault::default(),
            numbers: vec![],
        }
    }

    /// Find the cell of each row of a region.
    fn number_cells(&mut self, adds: &[Vec<u32>], region: &Region) {
        self.numbers.clear();
        self.numbers.push(0);
        for (group, adds) in adds.iter().enumerate() {
            let (start, len) = (region.starts[group] as usize, region.lens[group] as usize);
            let add = |digit: usize| adds.get(start + digit).copied().unwrap_or_default();
            if len == 1 {
                self.numbers.iter_mut().for_each(|number| *number += add(0));
            } else {
                let outer = std::mem::take(&mut self.numbers);
                let inner = |first: &u32| {
                    let first = *first;
                    (0..len).map(move |digit| first + add(digit))
                };
                self.numbers.extend(outer.iter().flat_map(inner));
            }
        }
    }

    #[inline]
    fn offer(&mut self, found: Found, key: impl FnOnce() -> Vec<u64>) {
        let cell = &mut self.cells[found.winner.cell];
        if !cell.admits(&found) {
            return;
        }
        match &mut self.keys {
            None => cell.push(found, self.k),
            Some(keys) => {
                let known = keys.entry((found.winner.cell, key())).or_insert(found);
                if found.beats(known) {
                    *known = found;
                }
                if keys.len()
                    >= self
                        .k
                        .saturating_mul(2)
                        .saturating_mul(self.cells.len())
                        .saturating_add(1024)
                {
                    self.settle_keys();
                }
            }
        }
    }

    /// Forget the keys that cannot win: those behind the k-th best of their cell.
    fn settle_keys(&mut self) {
        let Some(keys) = &mut self.keys else { return };
        for cell in &mut self.cells {
            cell.found.clear();
        }
        for found in keys.values() {
            self.cells[found.winner.cell].found.push(*found);
        }
        for cell in &mut self.cells {
            cell.settle(self.k);
        }
        let cells = &self.cells;
        keys.retain(|(cell, _), found| {
            cells[*cell]
                .bar
                .as_ref()
                .is_none_or(|bar| !bar.beats(found))
        });
    }

    fn merge(&mut self, other: Self) {
        self.fault.merge(&other.fault);
        if let Some(keys) = other.keys {
            for ((_, key), found) in keys {
                self.offer(found, || key);
            }
        } else {
            let all = other.cells.into_iter().flat_map(|cell| cell.found);
            all.for_each(|found| self.offer(found, Vec::new));
        }
    }

    /// The winners, by cell, then best first.
    fn winners(mut self) -> Vec<Winner> {
        self.settle_keys();
        for cell in &mut self.cells {
            cell.settle(self.k);
            cell.found.sort_unstable_by(Found::order);
        }
        self.cells
            .into_iter()
            .flat_map(|cell| cell.found)
            .map(|found| found.winner)
            .collect()
    }
}
