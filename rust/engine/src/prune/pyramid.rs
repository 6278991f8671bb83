//! Pyramids: the extremes of a table over ever larger blocks of its digits.

use std::ops::Range;
use std::sync::OnceLock;

use crate::exec::leaf::{DigitClasses, Leaf};
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
    leaf: Leaf,
    sizes: Vec<usize>,
    /// Whether all values are numbers other than zero: simple comparisons put them in order.
    is_plain: bool,
    /// One more than the top level of each group.
    levels: Vec<usize>,
    /// For each group the levels of its classes, if there are any.
    classes: Vec<Vec<Level>>,
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
        let classes = leaf.classes.iter().zip(&levels);
        let classes = classes.map(|(classes, levels)| Level::all(classes, *levels));
        Self {
            classes: classes.collect(),
            leaf: leaf.clone(),
            sizes,
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
        for (which, (group, levels)) in self.leaf.groups.iter().zip(&self.levels).enumerate() {
            let Side { level, block } = sides[*group];
            table = table * levels + usize::from(level);
            place = place * self.entries(which, level) + self.entry(which, level, block as usize);
        }
        if table == 0 {
            Interval::point(self.leaf.values[place])
        } else {
            self.table(table)[place]
        }
    }

    /// How many entries there are along a group at a level.
    fn entries(&self, which: usize, level: u8) -> usize {
        match self.classes.get(which) {
            Some(levels) => levels[usize::from(level)].blocks.count,
            None => blocks(self.sizes[which], level),
        }
    }

    /// The entry of a block.
    fn entry(&self, which: usize, level: u8, block: usize) -> usize {
        match self.classes.get(which) {
            Some(levels) => levels[usize::from(level)].blocks.of[block] as usize,
            None => block,
        }
    }

    fn table(&self, number: usize) -> &[Interval] {
        self.tables[number].get_or_init(|| {
            // One level down along the last group that is above the ground.
            let mut levels = vec![0_u8; self.levels.len()];
            let mut left = number;
            for (level, count) in levels.iter_mut().zip(&self.levels).rev() {
                *level = (left % count) as u8;
                left /= count;
            }
            let along = levels
                .iter()
                .rposition(|level| *level > 0)
                .unwrap_or_default();
            let all: Vec<usize> = (0..levels.len()).collect();
            let below = number - dense(&all, &self.levels)[along];
            let product = |range: Range<usize>| -> usize {
                range
                    .map(|which| self.entries(which, levels[which]))
                    .product()
            };
            let level = levels[along];
            let classes = self.classes.get(along);
            let shape = NextLevel {
                outer: product(0..along),
                made_of: classes.map(|levels| &levels[usize::from(level)].made_of[..]),
                high: self.entries(along, level),
                low: self.entries(along, level - 1),
                inner: product(along + 1..levels.len()),
            };
            let values = &self.leaf.values;
            match (below > 0).then(|| self.table(below)) {
                Some(table) => shape.joined(|place| table[place]),
                None if self.is_plain => shape.extremes(values),
                None => shape.joined(|place| Interval::point(values[place])),
            }
        })
    }
}

/// A level of a group whose digits are in classes: blocks of the same classes have one entry.
#[derive(Debug)]
struct Level {
    blocks: DigitClasses,
    /// The entries of the level below that each one is made of.
    made_of: Vec<Vec<usize>>,
}

impl Level {
    /// All levels of a group.
    fn all(digits: &DigitClasses, count: usize) -> Vec<Self> {
        let size = digits.of.len();
        let mut levels = vec![Self {
            blocks: digits.clone(),
            made_of: vec![],
        }];
        for level in 1..count as u8 {
            let below = &levels[usize::from(level) - 1].blocks.of;
            let made_of = |block: usize| {
                let block = block as u32;
                let parts = parts(size, Side { level, block });
                let mut made_of: Vec<usize> = parts
                    .map(|part| below[part.block as usize] as usize)
                    .collect();
                made_of.sort_unstable();
                made_of.dedup();
                made_of
            };
            let all: Vec<Vec<usize>> = (0..blocks(size, level)).map(made_of).collect();
            let blocks = DigitClasses::by(all.iter());
            let made_of = blocks.firsts().into_iter().map(|first| all[first].clone());
            let made_of = made_of.collect();
            levels.push(Self { blocks, made_of });
        }
        levels
    }
}

/// A table with one level more along one of its groups.
struct NextLevel<'a> {
    /// The entries of the groups before it,
    outer: usize,
    /// what each entry of that group is made of, one level below, where it is no block of these,
    made_of: Option<&'a [Vec<usize>]>,
    /// how many there are, and one level below,
    high: usize,
    low: usize,
    /// and the entries of the groups behind it.
    inner: usize,
}

impl NextLevel<'_> {
    /// The entries, each made of those of the table below.
    fn joined(&self, below: impl Fn(usize) -> Interval) -> Vec<Interval> {
        let mut table = Vec::with_capacity(self.outer * self.high * self.inner);
        self.for_each(|first, parts| {
            for last in 0..self.inner {
                let parts = parts
                    .iter()
                    .map(|part| below((first + part) * self.inner + last));
                table.push(parts.reduce(Interval::join).unwrap_or(Interval::ALL));
            }
        });
        table
    }

    /// The same, of values that are all numbers other than zero.
    fn extremes(&self, values: &[f64]) -> Vec<Interval> {
        let mut table = Vec::with_capacity(self.outer * self.high * self.inner);
        let (mut lows, mut highs) = (vec![0.0; self.inner], vec![0.0; self.inner]);
        self.for_each(|first, parts| {
            if self.inner == 1 && self.made_of.is_none() {
                let values = &values[first + parts[0]..][..parts.len()];
                let (low, high) = (extreme(values, f64::lt), extreme(values, f64::gt));
                table.push(Interval::new(low, high));
                return;
            }
            lows.fill(f64::INFINITY);
            highs.fill(f64::NEG_INFINITY);
            for part in parts {
                let row = &values[(first + part) * self.inner..][..self.inner];
                for ((low, high), value) in lows.iter_mut().zip(&mut highs).zip(row) {
                    *low = if *value < *low { *value } else { *low };
                    *high = if *value > *high { *value } else { *high };
                }
            }
            let ends = lows.iter().zip(&highs);
            table.extend(ends.map(|(low, high)| Interval::new(*low, *high)));
        });
        table
    }

    /// For each entry, where those that it is made of begin along the groups before it, and which ones they are.
    fn for_each(&self, mut each: impl FnMut(usize, &[usize])) {
        let mut block = Vec::with_capacity(WIDTH);
        for outer in 0..self.outer {
            for entry in 0..self.high {
                let parts = if let Some(made_of) = self.made_of {
                    &made_of[entry][..]
                } else {
                    block.clear();
                    block.extend(entry * WIDTH..self.low.min((entry + 1) * WIDTH));
                    &block[..]
                };
                each(outer * self.low, parts);
            }
        }
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
