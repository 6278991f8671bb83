//! The best combinations of a tile: which of its values may still win.

use std::ops::Add;

use super::best::{Best, Found};
use super::top::Top;
use super::top_pruned::Bars;
use crate::error::Result;
use crate::exec::fault::kept;
use crate::exec::program::Program;
use crate::exec::walk::{Walk, Walker};
use crate::numeric::kernels::{self, Lines, Simd};
use crate::prune::Literal;
use crate::run::Control;
use crate::space::block::Source;
use crate::tape::Node;

/// Finds the best of tiles: what is asked, and where the values are.
pub(super) struct TopTiles<'a> {
    pub(super) top: &'a Top,
    simd: Simd,
    /// All groups in memory order; the last one is that of the runs.
    groups: Vec<usize>,
    by: Source,
    keep: Option<Source>,
    distinct: Vec<Source>,
    /// What each digit of each group adds to the number of a cell.
    pub(super) adds: &'a [Vec<u32>],
    pub(super) cells: usize,
    /// The truth values that decide which boxes count.
    pub(super) conditions: Vec<Literal>,
    /// Known of each cell where boxes are bounded.
    pub(super) bars: Bars,
}

/// Buffers for a tile.
#[derive(Default)]
pub(super) struct TileScratch {
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

impl<'a> TopTiles<'a> {
    /// For combinations in so many cells.
    pub(super) fn new(
        top: &'a Top,
        program: &Program,
        walk: &Walk<'_>,
        adds: &'a [Vec<u32>],
        cells: usize,
    ) -> Self {
        let source = |node: &Node| walk.source(*node);
        Self {
            top,
            simd: walk.simd(),
            groups: walk.all(),
            by: source(&top.by),
            keep: top.keep.as_ref().map(source),
            distinct: top.distinct.iter().map(source).collect(),
            adds,
            cells,
            conditions: program.tape().literals(top.keep),
            bars: Bars::default(),
        }
    }
}

impl TopTiles<'_> {
    /// The k-th best of a sample, behind which nothing can win.
    pub(super) fn first_bar(&self, walk: &Walk<'_>, control: &Control) -> Result<Option<f64>> {
        let chunks = walk.chunks();
        if self.top.k == 1
            || !self.top.per.is_empty()
            || !self.top.distinct.is_empty()
            || chunks < 4 * SAMPLES
        {
            return Ok(None);
        }
        let (mut walker, mut best) = (walk.walker(), Best::new(1, self.top, None));
        let mut scratch = TileScratch::default();
        for sample in 0..SAMPLES {
            let first = walk.chunk(sample * (chunks / SAMPLES)).start;
            walker.for_each(first..first + 1, &control.uncounted(), |walker, alive| {
                if alive {
                    self.take(walker, &mut scratch, &mut best);
                }
                Ok(())
            })?;
        }
        best.settle();
        Ok(best.bar(0))
    }

    /// Offer the rows of a tile to the best so far.
    pub(super) fn take(&self, walker: &Walker<'_>, scratch: &mut TileScratch, best: &mut Best) {
        let all = u64::MAX;
        let TileScratch {
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
        let sign = self.top.direction().sign();
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
