//! Pyramids: the extremes of a table over ever larger blocks of its digits.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use crate::exec::leaf::Leaf;
use crate::numeric::interval::Interval;
use crate::space::loops::dense;

/// A block has so many digits of the level below.
const WIDTH: usize = 8;

/// How many blocks of a level some digits are.
pub(super) fn blocks(size: usize, level: u8) -> usize {
    size.div_ceil(WIDTH.pow(u32::from(level)))
}

/// The level at which some digits are one block.
pub(super) fn top(size: usize) -> u8 {
    let mut level = 0;
    while blocks(size, level) > 1 {
        level += 1;
    }
    level
}

/// The digits of a block.
pub(super) fn digits(count: usize, side: Side) -> Range<usize> {
    let width = WIDTH.pow(u32::from(side.level));
    let start = side.block as usize * width;
    start..(start + width).min(count)
}

/// The blocks that a block is made of, one level below.
pub(super) fn parts(digits: usize, side: Side) -> impl Iterator<Item = Side> {
    let level = side.level - 1;
    let first = side.block as usize * WIDTH;
    let last = (first + WIDTH).min(blocks(digits, level));
    (first..last).map(move |block| Side {
        level,
        block: block as u32,
    })
}

/// A block of digits of one group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Side {
    pub(super) level: u8,
    pub(super) block: u32,
}

/// The extremes of a table.
#[derive(Debug)]
pub(super) struct Pyramid {
    groups: Vec<usize>,
    sizes: Vec<usize>,
    values: Arc<[f64]>,
    /// Whether all values are numbers other than zero: simple comparisons put them in order.
    is_plain: bool,
    /// One more than the top level of each group.
    levels: Vec<usize>,
    /// For each combination of levels, the intervals of its blocks; made when first asked for.
    tables: Vec<OnceLock<Vec<Interval>>>,
}

impl Pyramid {
    /// The pyramid of a table in a space of groups of these sizes.
    pub(super) fn new(leaf: &Leaf, sizes: &[usize]) -> Self {
        let sizes: Vec<usize> = leaf.groups.iter().map(|group| sizes[*group]).collect();
        let levels: Vec<usize> = sizes
            .iter()
            .map(|size| usize::from(top(*size)) + 1)
            .collect();
        let count = levels.iter().product();
        Self {
            groups: leaf.groups.clone(),
            sizes,
            values: Arc::clone(&leaf.values),
            is_plain: leaf
                .values
                .iter()
                .all(|value| *value != 0.0 && !value.is_nan()),
            levels,
            tables: (0..count).map(|_| OnceLock::new()).collect(),
        }
    }

    /// What encloses the values in a box, given by its side along every group of the space.
    pub(super) fn enclose(&self, sides: &[Side]) -> Interval {
        let (mut table, mut place) = (0, 0);
        for ((group, levels), size) in self.groups.iter().zip(&self.levels).zip(&self.sizes) {
            let side = sides[*group];
            table = table * levels + usize::from(side.level);
            place = place * blocks(*size, side.level) + side.block as usize;
        }
        if table == 0 {
            Interval::point(self.values[place])
        } else {
            self.table(table)[place]
        }
    }

    fn table(&self, number: usize) -> &[Interval] {
        self.tables[number].get_or_init(|| {
            // One level down along the last group that is above the ground.
            let mut levels = vec![0; self.levels.len()];
            let mut left = number;
            for (level, count) in levels.iter_mut().zip(&self.levels).rev() {
                *level = left % count;
                left /= count;
            }
            let along = levels
                .iter()
                .rposition(|level| *level > 0)
                .unwrap_or_default();
            let all: Vec<usize> = (0..levels.len()).collect();
            let below = number - dense(&all, &self.levels)[along];
            let extent = |which: usize, level: usize| blocks(self.sizes[which], level as u8);
            let inner: usize = (along + 1..levels.len())
                .map(|which| extent(which, levels[which]))
                .product();
            let (high, low) = (
                extent(along, levels[along]),
                extent(along, levels[along] - 1),
            );
            let outer: usize = (0..along)
                .map(|which| extent(which, levels[which]))
                .product();
            let tables = (below > 0).then(|| self.table(below));
            let shape = NextLevel {
                outer,
                high,
                low,
                inner,
            };
            match tables {
                Some(table) => shape.joined(|place| table[place]),
                None if self.is_plain => shape.extremes(&self.values),
                None => shape.joined(|place| Interval::point(self.values[place])),
            }
        })
    }
}

/// A table with one level more along one of its groups.
struct NextLevel {
    /// The entries of the groups before it,
    outer: usize,
    /// the blocks of that group,
    high: usize,
    /// what these are made of, one level below,
    low: usize,
    /// and the entries of the groups behind it.
    inner: usize,
}

impl NextLevel {
    /// The entries, each made of those of the table below.
    fn joined(&self, below: impl Fn(usize) -> Interval) -> Vec<Interval> {
        let mut table = Vec::with_capacity(self.outer * self.high * self.inner);
        for parts in self.blocks() {
            for last in 0..self.inner {
                let parts = parts.clone().map(|part| below(part * self.inner + last));
                table.push(parts.reduce(Interval::join).unwrap_or(Interval::ALL));
            }
        }
        table
    }

    /// The same, of values that are all numbers other than zero.
    fn extremes(&self, values: &[f64]) -> Vec<Interval> {
        let mut table = Vec::with_capacity(self.outer * self.high * self.inner);
        let (mut lows, mut highs) = (vec![0.0; self.inner], vec![0.0; self.inner]);
        for parts in self.blocks() {
            let values = &values[parts.start * self.inner..parts.end * self.inner];
            if self.inner == 1 {
                table.push(Interval::new(
                    extreme(values, f64::lt),
                    extreme(values, f64::gt),
                ));
                continue;
            }
            lows.fill(f64::INFINITY);
            highs.fill(f64::NEG_INFINITY);
            for row in values.chunks_exact(self.inner) {
                for ((low, high), value) in lows.iter_mut().zip(&mut highs).zip(row) {
                    *low = if *value < *low { *value } else { *low };
                    *high = if *value > *high { *value } else { *high };
                }
            }
            let ends = lows.iter().zip(&highs);
            table.extend(ends.map(|(low, high)| Interval::new(*low, *high)));
        }
        table
    }

    /// What each block is made of, counted along the group and those before it.
    fn blocks(&self) -> impl Iterator<Item = Range<usize>> {
        (0..self.outer * self.high).map(|place| {
            let (outer, block) = (place / self.high, place % self.high);
            let first = outer * self.low;
            first + block * WIDTH..first + self.low.min((block + 1) * WIDTH)
        })
    }
}

/// The value that comes before all others.
fn extreme(values: &[f64], before: impl Fn(&f64, &f64) -> bool) -> f64 {
    let first = |a: f64, b: f64| if before(&a, &b) { a } else { b };
    if let Ok([a, b, c, d, e, f, g, h]) = <[f64; WIDTH]>::try_from(values) {
        // No one of them has to wait for all others.
        return first(
            first(first(a, b), first(c, d)),
            first(first(e, f), first(g, h)),
        );
    }
    values.iter().copied().reduce(first).unwrap_or(f64::NAN)
}
