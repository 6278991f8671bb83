//! Points in boxes, these in larger boxes, and so on: what finds the points below or above another one.

use crate::numeric::kernels::{LANES as FAN, above, below};

/// The coordinates of some points, side by side: NaN where there is none.
type Coordinates<const D: usize> = [[f64; FAN]; D];

const NOTHING: [f64; FAN] = [f64::NAN; FAN];

/// The corners of some boxes.
#[derive(Clone, Debug)]
struct Corners<const D: usize> {
    lower: Coordinates<D>,
    upper: Coordinates<D>,
}

/// A point and its row.
pub(super) type Point<const D: usize> = ([f64; D], u64);

/// A tree over points. It does not grow, but points may go.
#[derive(Clone, Debug)]
pub(super) struct Tree<const D: usize> {
    points: Vec<Coordinates<D>>,
    rows: Vec<u64>,
    /// The boxes around blocks of points, those around blocks of these, and so on: the last level is one block.
    levels: Vec<Vec<Corners<D>>>,
    len: usize,
}

impl<const D: usize> Tree<D> {
    /// A tree over some points (of which there is at least one), which are put in another order.
    pub(super) fn new(points: &mut [Point<D>]) -> Self {
        arrange(points, 0);
        let blocks = points.chunks(FAN).map(|block| {
            let mut lanes = [NOTHING; D];
            for (lane, (point, _)) in block.iter().enumerate() {
                for (to, value) in lanes.iter_mut().zip(point) {
                    to[lane] = *value;
                }
            }
            lanes
        });
        let mut tree = Self {
            points: blocks.collect(),
            rows: points.iter().map(|(_, row)| *row).collect(),
            levels: vec![],
            len: points.len(),
        };
        let mut blocks = tree.points.len();
        while blocks > 1 {
            let level = tree.levels.len();
            blocks = blocks.div_ceil(FAN);
            tree.levels.push(vec![
                Corners {
                    lower: [NOTHING; D],
                    upper: [NOTHING; D],
                };
                blocks
            ]);
            for child in 0..tree.blocks(level) {
                tree.enclose(level, child);
            }
        }
        tree
    }

    /// How many points it has.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Its points.
    pub(super) fn iter(&self) -> impl Iterator<Item = Point<D>> {
        let points = self.rows.iter().enumerate();
        points
            .map(|(i, row)| (self.point(i), *row))
            .filter(|(point, _)| !point[0].is_nan())
    }

    /// The coordinates at a place.
    pub(super) fn point(&self, place: usize) -> [f64; D] {
        self.points[place / FAN].map(|lanes| lanes[place % FAN])
    }

    /// The row at a place.
    pub(super) fn row(&self, place: usize) -> u64 {
        self.rows[place]
    }

    /// The place of a point that dominates this one.
    pub(super) fn dominator(&self, point: &[f64; D], row: u64) -> Option<usize> {
        self.search(self.levels.len(), 0, point, row)
    }

    /// Remove the points that this one dominates.
    pub(super) fn bury(&mut self, point: &[f64; D], row: u64) {
        self.dig(self.levels.len(), 0, point, row);
    }

    /// How many blocks a level has; that of the points is 0.
    fn blocks(&self, level: usize) -> usize {
        match level {
            0 => self.points.len(),
            _ => self.levels[level - 1].len(),
        }
    }

    /// Draw the box around a block.
    fn enclose(&mut self, level: usize, block: usize) {
        let (lower, upper) = if level == 0 {
            (&self.points[block], &self.points[block])
        } else {
            let boxes = &self.levels[level - 1][block];
            (&boxes.lower, &boxes.upper)
        };
        let lower = lower.map(|lanes| lanes.into_iter().fold(f64::NAN, f64::min));
        let upper = upper.map(|lanes| lanes.into_iter().fold(f64::NAN, f64::max));
        let boxes = &mut self.levels[level][block / FAN];
        for d in 0..D {
            boxes.lower[d][block % FAN] = lower[d];
            boxes.upper[d][block % FAN] = upper[d];
        }
    }

    fn search(&self, level: usize, block: usize, point: &[f64; D], row: u64) -> Option<usize> {
        let Some(level) = level.checked_sub(1) else {
            let lanes = &self.points[block];
            let beats =
                |lane: &usize| differs(lanes, *lane, point) || self.rows[block * FAN + lane] < row;
            return each(below(lanes, point))
                .find(beats)
                .map(|lane| block * FAN + lane);
        };
        let boxes = &self.levels[level][block];
        let whole =
            each(below(&boxes.upper, point)).find(|lane| differs(&boxes.upper, *lane, point));
        if let Some(lane) = whole {
            return Some(self.first(level, block * FAN + lane));
        }
        each(below(&boxes.lower, point))
            .find_map(|lane| self.search(level, block * FAN + lane, point, row))
    }

    /// The place of the first point in a block of boxes or points that has one.
    fn first(&self, level: usize, block: usize) -> usize {
        let lanes = match level {
            0 => &self.points[block],
            _ => &self.levels[level - 1][block].lower,
        };
        let lane = lanes[0].iter().position(|value| !value.is_nan());
        let place = block * FAN + lane.unwrap_or_default();
        if level == 0 {
            place
        } else {
            self.first(level - 1, place)
        }
    }

    fn dig(&mut self, level: usize, block: usize, point: &[f64; D], row: u64) {
        let Some(level) = level.checked_sub(1) else {
            for lane in each(above(&self.points[block], point)) {
                let lanes = &mut self.points[block];
                if differs(lanes, lane, point) || row < self.rows[block * FAN + lane] {
                    for lanes in lanes.iter_mut() {
                        lanes[lane] = f64::NAN;
                    }
                    self.len -= 1;
                }
            }
            return;
        };
        for lane in each(above(&self.levels[level][block].upper, point)) {
            let (child, before) = (block * FAN + lane, self.len);
            self.dig(level, child, point, row);
            if self.len < before {
                self.enclose(level, child);
            }
        }
    }
}

/// Put points in such an order that the blocks of a tree, and the blocks of these, are near each other.
fn arrange<const D: usize>(points: &mut [Point<D>], dim: usize) {
    if points.len() <= FAN {
        return;
    }
    let mut child = FAN;
    while child * FAN < points.len() {
        child *= FAN;
    }
    let middle = points.len().div_ceil(child) / 2 * child;
    points.select_nth_unstable_by(middle, |(a, _), (b, _)| a[dim].total_cmp(&b[dim]));
    let (low, high) = points.split_at_mut(middle);
    arrange(low, (dim + 1) % D);
    arrange(high, (dim + 1) % D);
}

/// Whether a point has other coordinates than another one.
#[inline]
fn differs<const D: usize>(lanes: &Coordinates<D>, lane: usize, point: &[f64; D]) -> bool {
    lanes
        .iter()
        .zip(point)
        .any(|(lanes, value)| lanes[lane] != *value)
}

/// The positions of the bits that are set, from the lowest.
#[inline]
fn each(mut bits: u8) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let lane = bits.trailing_zeros() as usize;
        let more = bits != 0;
        bits &= bits.wrapping_sub(1);
        more.then_some(lane)
    })
}
