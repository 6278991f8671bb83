//! The best combinations, or the best of each group: smallest value first, then lowest index.

use std::collections::HashSet;
use std::ops::Range;

use super::best::Best;
use super::scan::{box_by_box, over_boxes, over_rows};
use super::top_pruned::Bars;
use super::top_tiles::TopTiles;
use crate::error::{Error, Result};
use crate::exec::program::Program;
use crate::exec::walk::{Walk, Wanted};
use crate::prune::monotonicity::Direction;
use crate::prune::{Goal, Part, is_worth};
use crate::run::Control;
use crate::space::Space;
use crate::tape::Node;

/// How many groups of combinations there may be.
const MOST_CELLS: u64 = 1 << 22;

/// A cell of fewer rows is sooner walked through than searched.
const ROWS_OF_A_CELL: u64 = 1 << 20;

/// What to look for.
#[derive(Clone, Debug)]
pub struct Top {
    /// What is minimised or maximised.
    pub by: Node,
    /// Whether it is maximised.
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
    /// A value that the k-th best elsewhere has: nothing worse is looked for. Only where all are one group.
    pub known: Option<f64>,
}

/// What is asked of a box of the space.
struct Asked {
    /// What each digit of each group adds to the number of a combination's cell; nothing where all are in one.
    adds: Vec<Vec<u32>>,
    /// How many cells there are in all.
    cells: usize,
    /// What nothing that is behind it can be among the best, as a rank.
    bar: Option<f64>,
}

impl Asked {
    /// How many cells the box has.
    fn cells_here(&self) -> usize {
        let different = |adds: &Vec<u32>| adds.iter().collect::<HashSet<_>>().len().max(1);
        self.adds.iter().map(different).product()
    }
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
    /// The winners of a range: by group, then by value, then by index.
    ///
    /// # Errors
    /// When a value to compare is not finite, there is no such range, or the run was stopped.
    pub fn run(
        &self,
        program: &Program,
        rows: &Range<u64>,
        threads: usize,
        control: &Control,
    ) -> Result<Vec<Winner>> {
        let (adds, cells) = self.cells(program.space())?;
        let sign = self.direction().sign();
        let known = self.known.filter(|_| cells == 1);
        let mut bar = known.map(|value| value * sign + 0.0);
        let mut best: Option<Best> = None;
        box_by_box(program, rows, control, |region, part| {
            let digits = region.starts.iter().zip(&region.lens);
            let adds = adds.iter().zip(digits).map(|(adds, (start, len))| {
                let digits = *start as usize..(*start + *len) as usize;
                adds.get(digits).unwrap_or_default().to_vec()
            });
            let asked = Asked {
                adds: adds.collect(),
                cells,
                bar,
            };
            let found = self.in_box(part, &asked, threads, control)?;
            found.fault.check(program.tape())?;
            let so_far = match best.take() {
                None => found,
                Some(mut so_far) => {
                    so_far.merge(found);
                    so_far.settle();
                    so_far
                }
            };
            if cells == 1 {
                bar = so_far.bar(0);
            }
            best = Some(so_far);
            Ok(())
        })?;
        Ok(best.map_or(vec![], Best::winners))
    }

    /// The best of the rows of a program, without a look at all of them if that is less work and there is no fault.
    fn in_box(
        &self,
        program: &Program,
        asked: &Asked,
        threads: usize,
        control: &Control,
    ) -> Result<Best> {
        match self.pruned(program, asked, threads, control)? {
            Some(best) => Ok(best),
            None => self.walked(program, asked, threads, control),
        }
    }

    /// The best of a part of the space that has the best of all, if that is less work and there is no fault.
    fn pruned(
        &self,
        program: &Program,
        asked: &Asked,
        threads: usize,
        control: &Control,
    ) -> Result<Option<Best>> {
        let (goal, least) = (self.goal(), program.blocks().prune_rows);
        if !is_worth(program, &goal)? {
            return Ok(None);
        }
        let cells = asked.cells_here();
        let mut part = Part::new(program, &asked.adds);
        // Where there is one best, bounds find it sooner than dominance.
        if self.is_single() && cells > 1 {
            let Some(reduced) = part.reduced(&goal, threads, control)? else {
                return Ok(Some(Best::new(asked.cells, self, None)));
            };
            part = reduced;
        }
        let rows = part.program.space().combinations();
        let control = &control.scaled(program.space().combinations() as f64 / rows as f64);
        let each = rows / cells as u64;
        let best = if each < least.min(ROWS_OF_A_CELL) {
            let asked = Asked {
                adds: part.adds,
                ..*asked
            };
            self.walked(&part.program, &asked, threads, control)?
        } else {
            let part = part.with_tables(&goal, threads, control)?;
            let part = part.ordered(&goal, threads, control)?;
            self.searched(&part, asked, threads, control)?
        };
        Ok(Some(best).filter(|best| best.fault.row().is_none()))
    }

    /// Whether one of each cell is wanted.
    fn is_single(&self) -> bool {
        self.k == 1 && self.distinct.is_empty()
    }

    /// What is wanted of the values.
    pub(super) fn direction(&self) -> Direction {
        Direction::of(self.largest)
    }

    fn goal(&self) -> Goal {
        Goal {
            objectives: vec![(self.by, self.direction())],
            keep: self.keep,
            apart: self.distinct.clone(),
        }
    }

    /// The best of all rows of a program.
    fn walked(
        &self,
        program: &Program,
        asked: &Asked,
        threads: usize,
        control: &Control,
    ) -> Result<Best> {
        let walk = Walk::new(program, &self.wanted(&asked.adds))?;
        let tiles = TopTiles::new(self, program, &walk, &asked.adds, asked.cells);
        self.over_rows(&tiles, &walk, asked.bar, threads, control)
    }

    fn over_rows(
        &self,
        tiles: &TopTiles<'_>,
        walk: &Walk<'_>,
        known: Option<f64>,
        threads: usize,
        control: &Control,
    ) -> Result<Best> {
        let sample = tiles.first_bar(walk, control)?;
        let bar = sample.into_iter().chain(known).min_by(f64::total_cmp);
        let start = || Best::new(tiles.cells, self, bar);
        over_rows(tiles, walk, threads, control, start)
    }

    /// The best of all rows of a part of a program, by branch and bound if that is worth its while.
    fn searched(
        &self,
        part: &Part,
        asked: &Asked,
        threads: usize,
        control: &Control,
    ) -> Result<Best> {
        let walk = Walk::new(&part.program, &self.wanted(&part.adds))?;
        let mut tiles = TopTiles::new(self, &part.program, &walk, &part.adds, asked.cells);
        tiles.bars = Bars::new(asked.cells, asked.bar);
        let fallback = || self.over_rows(&tiles, &walk, asked.bar, threads, control);
        over_boxes(
            &tiles,
            &walk,
            (part, &self.goal()),
            threads,
            control,
            fallback,
        )
    }

    fn wanted(&self, adds: &[Vec<u32>]) -> Wanted {
        let lanes = (0..adds.len()).filter(|group| self.is_single() && !adds[*group].is_empty());
        Wanted {
            always: vec![],
            keep: self.keep,
            nodes: self.goal().nodes(),
            lanes: lanes.collect(),
        }
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
}
