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
const MOST_CELLS: u64 = 1 << 27;

/// What to look for.
#[derive(Clone, Debug)]
pub struct Top {
    /// What shall be small.
    pub by: Node,
    /// Which combinations may win; all when there is none.
    pub keep: Option<Node>,
    /// What makes combinations a group: for some groups of the space, a number for each digit. None: all are one.
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
            let size = space.sizes().get(*group).copied();
            if size != Some(numbers.len() as u64) {
                return Err(Error::Invalid(format!(
                    "group {group} has no {} digits",
                    numbers.len()
                )));
            }
            adds[*group].resize(numbers.len(), 0);
            for (add, number) in adds[*group].iter_mut().zip(numbers) {
                *add += number * cells as u32;
            }
            cells *= u64::from(numbers.iter().max().map_or(0, |most| *most)) + 1;
            if cells > MOST_CELLS {
                return Err(Error::Invalid(format!("more than {MOST_CELLS} groups")));
            }
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
            best.offer(Winner { cell, value, row }, || {
                distinct.iter().map(|column| key(column[i])).collect()
            });
        }
    }
}

/// A value as something to compare for equality: the zeros are equal.
fn key(value: f64) -> u64 {
    (value + 0.0).to_bits()
}

fn order(a: &Winner, b: &Winner) -> Ordering {
    a.value.total_cmp(&b.value).then(a.row.cmp(&b.row))
}

/// The best so far of each group, sorted; beside each, what it must be distinct in.
struct Best {
    k: usize,
    distinct: bool,
    cells: Vec<Vec<Winner>>,
    keys: HashMap<(usize, Vec<u64>), Winner>,
    fault: Fault,
    /// The group of each row of the strip at hand.
    numbers: Vec<u32>,
}

impl Best {
    fn new(cells: usize, k: usize, distinct: bool) -> Self {
        Self {
            k,
            distinct,
            cells: vec![vec![]; cells],
            keys: HashMap::new(),
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
                self.numbers.extend(
                    outer
                        .iter()
                        .flat_map(|first| (0..len).map(move |digit| first + add(digit))),
                );
            }
        }
    }

    #[inline]
    fn offer(&mut self, mut winner: Winner, key: impl FnOnce() -> Vec<u64>) {
        // −0 and 0 are equal, and must tie.
        winner.value += 0.0;
        let found = &self.cells[winner.cell];
        if found.len() == self.k
            && found
                .last()
                .is_none_or(|worst| order(&winner, worst) != Ordering::Less)
        {
            return;
        }
        if self.distinct {
            self.offer_distinct(winner, key());
        } else {
            self.insert(winner);
        }
    }

    fn insert(&mut self, winner: Winner) {
        let found = &mut self.cells[winner.cell];
        found.insert(
            found.partition_point(|other| order(other, &winner) == Ordering::Less),
            winner,
        );
        found.truncate(self.k);
    }

    fn offer_distinct(&mut self, winner: Winner, key: Vec<u64>) {
        let key = (winner.cell, key);
        if let Some(known) = self.keys.get(&key) {
            if order(known, &winner) != Ordering::Greater {
                return;
            }
            let (cell, row) = (winner.cell, known.row);
            self.cells[cell].retain(|other| other.row != row);
        }
        self.keys.insert(key, winner);
        self.insert(winner);
        // Forget the keys of those that fell out, now and then.
        if self.keys.len() > 2 * self.k * self.cells.len() + 1024 {
            let cells = &self.cells;
            self.keys.retain(|(cell, _), winner| {
                cells[*cell]
                    .last()
                    .is_some_and(|worst| order(winner, worst) != Ordering::Greater)
            });
        }
    }

    fn merge(&mut self, other: Self) {
        self.fault.merge(&other.fault);
        if self.distinct {
            for ((_, key), winner) in other.keys {
                self.offer(winner, || key);
            }
        } else {
            other
                .cells
                .into_iter()
                .flatten()
                .for_each(|winner| self.offer(winner, Vec::new));
        }
    }

    fn winners(self) -> Vec<Winner> {
        self.cells.into_iter().flatten().collect()
    }
}
