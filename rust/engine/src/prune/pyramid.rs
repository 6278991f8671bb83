//! Pyramids: the extremes of a table over ever larger blocks of its digits.

use std::sync::{Arc, OnceLock};

use crate::interval::Interval;
use crate::loops::dense;
use crate::program::Leaf;

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
pub(super) fn digits(count: usize, side: Side) -> std::ops::Range<usize> {
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
            let at = |place: usize| match tables {
                Some(table) => table[place],
                None => Interval::point(self.values[place]),
            };
            let mut table = Vec::with_capacity(outer * high * inner);
            for place in 0..outer * high * inner {
                let (rest, last) = (place / inner, place % inner);
                let (first, block) = (rest / high * low, rest % high);
                let joined = (block * WIDTH..low.min((block + 1) * WIDTH))
                    .map(|part| at((first + part) * inner + last));
                table.push(joined.reduce(Interval::join).unwrap_or(Interval::ALL));
            }
            table
        })
    }
}
