//! The best combinations, or the best of each group: smallest value first, then lowest index.

use std::ops::Add;

use super::best::{Best, Found};
use crate::error::{Error, Result};
use crate::exec::fault::kept;
use crate::exec::program::Program;
use crate::exec::walk::{Walk, Walker, Wanted};
use crate::numeric::kernels::{self, Lines, Simd};
use crate::prune::monotonicity::Demand;
use crate::prune::{Goal, Part, is_worth};
use crate::run::{Control, gather};
use crate::space::Space;
use crate::space::block::Source;
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
    /// The winners: by group, then by value, then by index.
    ///
    /// # Errors
    /// When a value to compare is not finite, or the run was stopped.
    pub fn run(&self, program: &Program, threads: usize, control: &Control) -> Result<Vec<Winner>> {
        let (adds, cells) = self.cells(program.space())?;
        if let Some(best) = self.pruned(program, &adds, cells, threads, control)? {
            if control.unproven().is_none() {
                control.finish(program.space().combinations());
            }
            return Ok(best.winners());
        }
        let best = self.walked(program, &adds, cells, threads, control)?;
        best.fault.check(program.tape())?;
        Ok(best.winners())
    }

    /// The best of a part of the space that has the best of all, if that is less work and there is no fault.
    fn pruned(
        &self,
        program: &Program,
        adds: &[Vec<u32>],
        cells: usize,
        threads: usize,
        control: &Control,
    ) -> Result<Option<Best>> {
        let (goal, least) = (self.goal(), program.blocks().prune_rows);
        if !is_worth(program, &goal)? {
            return Ok(None);
        }
        let mut part = Part::new(program, adds);
        // Where there is one best, bounds find it sooner than dominance.
        if self.is_single() && cells > 1 {
            let Some(reduced) = part.reduced(&goal, threads, control)? else {
                return Ok(Some(Best::new(cells, self, None)));
            };
            part = reduced;
        }
        let rows = part.program.space().combinations();
        let control = &control.part(program.space().combinations() as f64 / rows as f64);
        let each = rows / cells as u64;
        let best = if each < least.min(ROWS_OF_A_CELL) {
            self.walked(&part.program, &part.adds, cells, threads, control)?
        } else {
            let part = part.with_tables(&goal, threads, control)?;
            let part = part.ordered(&goal, threads, control)?;
            self.sought(&part, cells, threads, control)?
        };
        Ok(Some(best).filter(|best| best.fault.row().is_none()))
    }

    /// Whether one of each cell is wanted.
    fn is_single(&self) -> bool {
        self.k == 1 && self.distinct.is_empty()
    }

    /// What is wanted of the values.
    pub(super) fn demand(&self) -> Demand {
        Demand::of(self.largest)
    }

    pub(super) fn goal(&self) -> Goal {
        Goal {
            objectives: vec![(self.by, self.demand())],
            keep: self.keep,
            apart: self.distinct.clone(),
        }
    }

    /// The best of all rows of a program.
    pub(super) fn walked(
        &self,
        program: &Program,
        adds: &[Vec<u32>],
        cells: usize,
        threads: usize,
        control: &Control,
    ) -> Result<Best> {
        let walk = Walk::new(program, &self.wanted(adds))?;
        let search = self.search(&walk, adds);
        let bar = search.first_bar(&walk, control)?;
        let worker = || {
            (
                walk.walker(),
                Best::new(cells, self, bar),
                Scratch::default(),
            )
        };
        let work = |(walker, best, scratch): &mut (Walker<'_>, Best, Scratch), chunk| {
            walker.for_each(walk.chunk(chunk), control, |walker, alive| {
                if alive {
                    search.absorb(walker, scratch, best);
                }
                Ok(())
            })
        };
        let mut best = Best::new(cells, self, None);
        for (_, other, _) in gather(walk.chunks(), threads, worker, work)? {
            best.merge(other);
        }
        Ok(best)
    }

    pub(super) fn wanted(&self, adds: &[Vec<u32>]) -> Wanted {
        let lanes = (0..adds.len()).filter(|group| self.is_single() && !adds[*group].is_empty());
        Wanted {
            always: vec![],
            keep: self.keep,
            nodes: self.goal().nodes(),
            lanes: lanes.collect(),
        }
    }

    pub(super) fn search<'a>(&'a self, walk: &Walk<'_>, adds: &'a [Vec<u32>]) -> Search<'a> {
        let source = |node: &Node| walk.source(*node);
        Search {
            top: self,
            simd: walk.simd(),
            groups: walk.all(),
            by: source(&self.by),
            keep: self.keep.as_ref().map(source),
            distinct: self.distinct.iter().map(source).collect(),
            adds,
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

/// A search for the best: what is asked, and where the values are.
pub(super) struct Search<'a> {
    pub(super) top: &'a Top,
    simd: Simd,
    /// All groups in memory order; the last one is that of the runs.
    groups: Vec<usize>,
    by: Source,
    keep: Option<Source>,
    distinct: Vec<Source>,
    /// What each digit of each group adds to the number of a cell.
    pub(super) adds: &'a [Vec<u32>],
}

/// A cell of fewer rows is sooner walked through than searched.
const ROWS_OF_A_CELL: u64 = 1 << 20;

/// Buffers for a tile.
#[derive(Default)]
pub(super) struct Scratch {
    values: Vec<f64>,
    keep: Vec<f64>,
    distinct: Vec<Vec<f64>>,
    best: Vec<f64>,
    which: Vec<f64>,
    /// The number of the row and of the cell of each line, without what the run adds.
    rows: Vec<u64>,
    cells: Vec<u32>,
    /// What each element of a run adds to the number of the row.
    along: Vec<u64>,
}

/// So many tiles are looked at before all others, for a bar that most values do not reach.
const SAMPLES: u64 = 64;

impl Search<'_> {
    /// The k-th best of a sample, behind which nothing can win.
    fn first_bar(&self, walk: &Walk<'_>, control: &Control) -> Result<Option<f64>> {
        let chunks = walk.chunks();
        if self.top.k == 1
            || !self.top.per.is_empty()
            || !self.top.distinct.is_empty()
            || chunks < 4 * SAMPLES
        {
            return Ok(None);
        }
        let (mut walker, mut best) = (walk.walker(), Best::new(1, self.top, None));
        let mut scratch = Scratch::default();
        for sample in 0..SAMPLES {
            let first = walk.chunk(sample * (chunks / SAMPLES)).start;
            walker.for_each(first..first + 1, &control.uncounted(), |walker, alive| {
                if alive {
                    self.absorb(walker, &mut scratch, &mut best);
                }
                Ok(())
            })?;
        }
        best.settle();
        Ok(best.bar(0))
    }

    pub(super) fn absorb(&self, walker: &Walker<'_>, scratch: &mut Scratch, best: &mut Best) {
        let all = u64::MAX;
        let Scratch {
            values,
            keep,
            distinct,
            best: ranks,
            which,
            rows,
            along,
            cells,
        } = scratch;
        let values = walker.values(&self.by, &self.groups, all, values);
        let keep = self
            .keep
            .as_ref()
            .filter(|source| walker.held(source).not_everywhere)
            .map(|source| walker.values(source, &self.groups, all, keep));
        let sign = self.top.demand().sign();
        let mut reached = true;
        if let (true, Some(bar)) = (self.top.per.is_empty(), best.bar(0)) {
            kernels::reaches(self.simd, values, keep, sign, bar, &mut reached);
        }
        if !reached {
            return;
        }
        self.number_lines(walker, rows, cells);
        along.clear();
        match self.groups.last() {
            Some(&group) => along
                .extend((0..walker.extent().lens[group]).map(|digit| walker.offset(group, digit))),
            None => along.push(0),
        }
        let tile = Tile {
            values,
            keep,
            sign,
            run: along.len(),
            along,
            adds: self
                .groups
                .last()
                .and_then(|group| self.adds[*group].get(walker.extent().starts[*group]..))
                .unwrap_or_default(),
            rows,
            cells,
        };
        if best.is_single() && !tile.adds.is_empty() {
            self.lead(&tile, ranks, which, best);
            return;
        }
        distinct.resize(self.distinct.len(), vec![]);
        let distinct: Vec<&[f64]> = self
            .distinct
            .iter()
            .zip(distinct)
            .map(|(source, copied)| walker.values(source, &self.groups, all, copied))
            .collect();
        for line in 0..rows.len() {
            self.offer_line(&tile, line, &distinct, best);
        }
    }

    /// The row and the cell of each line of a tile, without what the run adds.
    fn number_lines(&self, walker: &Walker<'_>, rows: &mut Vec<u64>, cells: &mut Vec<u32>) {
        rows.clear();
        cells.clear();
        rows.push(0);
        cells.push(0);
        let lines = self.groups.split_last().map_or(&[][..], |(_, lines)| lines);
        for &group in lines {
            let (start, len) = (walker.extent().starts[group], walker.extent().lens[group]);
            let add = |digit: usize| {
                self.adds[group]
                    .get(start + digit)
                    .copied()
                    .unwrap_or_default()
            };
            spread(rows, len, |digit| walker.offset(group, digit));
            spread(cells, len, add);
        }
    }

    /// The best of each cell, where the cell changes along the run.
    fn lead(&self, tile: &Tile<'_>, ranks: &mut Vec<f64>, which: &mut Vec<f64>, best: &mut Best) {
        ranks.resize(tile.run, 0.0);
        which.resize(tile.run, 0.0);
        let mut first = 0;
        while first < tile.rows.len() {
            let count = tile.block(first);
            let part = first * tile.run..(first + count) * tile.run;
            let run = tile.run;
            let lines = Lines { count, run };
            let (values, keep) = (
                &tile.values[part.clone()],
                tile.keep.map(|keep| &keep[part]),
            );
            let mut finite = true;
            kernels::lead(
                self.simd,
                lines,
                values,
                keep,
                tile.sign,
                ranks,
                which,
                &mut finite,
            );
            if finite {
                for (i, (&rank, &line)) in ranks.iter().zip(&*which).enumerate() {
                    let row = tile.rows[first + line as usize] + tile.along[i];
                    let cell = tile.cells[first] + tile.adds[i];
                    best.lead(cell as usize, rank + 0.0, row);
                }
            } else {
                for line in first..first + count {
                    self.offer_line(tile, line, &[], best);
                }
            }
            first += count;
        }
    }

    /// Offer every value of a line that may be among the best.
    fn offer_line(&self, tile: &Tile<'_>, line: usize, distinct: &[&[f64]], best: &mut Best) {
        let part = line * tile.run..(line + 1) * tile.run;
        let (values, keep) = (
            &tile.values[part.clone()],
            tile.keep.map(|keep| &keep[part.clone()]),
        );
        let mut reached = true;
        if let (true, Some(bar)) = (
            tile.adds.is_empty() && distinct.is_empty(),
            best.bar(tile.cells[line] as usize),
        ) {
            kernels::reaches(self.simd, values, keep, tile.sign, bar, &mut reached);
        }
        if !reached {
            return;
        }
        for (i, &value) in values.iter().enumerate().filter(|(i, _)| kept(keep, *i)) {
            let row = tile.rows[line] + tile.along[i];
            let at = |column: &&[f64]| column[part.start + i];
            let compared = self
                .top
                .distinct
                .iter()
                .copied()
                .zip(distinct.iter().map(at));
            let mut compared = std::iter::once((self.top.by, value)).chain(compared);
            if let Some((node, value)) = compared.find(|(_, value)| !value.is_finite()) {
                best.fault.note(row, node, value);
                continue;
            }
            let cell = (tile.cells[line] + tile.adds.get(i).copied().unwrap_or_default()) as usize;
            let rank = value * tile.sign + 0.0;
            best.offer(Found { rank, cell, row }, || {
                distinct.iter().map(|column| key(at(column))).collect()
            });
        }
    }
}

/// Make each number one for each digit, from the back so that none is lost.
fn spread<T: Copy + Add<Output = T>>(
    numbers: &mut Vec<T>,
    digits: usize,
    more: impl Fn(usize) -> T,
) {
    let count = numbers.len();
    numbers.resize(count * digits, numbers[0]);
    for i in (0..count).rev() {
        let number = numbers[i];
        for digit in (0..digits).rev() {
            numbers[i * digits + digit] = number + more(digit);
        }
    }
}

/// The values of a tile: lines of a run each.
struct Tile<'a> {
    values: &'a [f64],
    keep: Option<&'a [f64]>,
    /// 1, or −1 when large values are the best.
    sign: f64,
    run: usize,
    /// What each element of a run adds to the number of the row.
    along: &'a [u64],
    /// What each element of a run adds to the number of the cell; nothing when all are in one.
    adds: &'a [u32],
    rows: &'a [u64],
    cells: &'a [u32],
}

impl Tile<'_> {
    /// How many lines from one on are in the same cell, their rows ascending: of equal values the first wins.
    fn block(&self, first: usize) -> usize {
        let joined = |line: &usize| {
            self.cells[*line] == self.cells[first] && self.rows[*line] > self.rows[line - 1]
        };
        1 + (first + 1..self.rows.len()).take_while(joined).count()
    }
}

/// A value as something to compare for equality: the zeros are equal.
fn key(value: f64) -> u64 {
    (value + 0.0).to_bits()
}
