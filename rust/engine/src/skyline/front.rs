//! A front that grows.

use std::fmt::Debug;

use super::tree::{Point, Tree};
use super::{MOST_DIMS, Points, Skyline, by_dims};

/// A tree is not more than so many times as large as those behind it together, or it becomes one with them.
const GROWTH: usize = 2;

/// Points that come bit by bit, of which none dominates another one.
#[derive(Debug)]
pub struct Front(Box<dyn Grow>);

impl Front {
    /// Without any point, for points of so many coordinates.
    ///
    /// # Panics
    /// When there are no coordinates or too many.
    #[must_use]
    pub fn new(dims: usize) -> Self {
        assert!((1..=MOST_DIMS).contains(&dims), "{dims} coordinates");
        Self(by_dims!(dims, D => Box::new(Grove::<D>::default())))
    }

    /// Whether a point of the front dominates this one; for a box, its lower corner with the lowest row in it.
    #[must_use]
    pub fn is_dominated(&self, point: &[f64], row: u64) -> bool {
        self.0.dominator(point, row).is_some()
    }

    /// The coordinates of a point that dominates this one.
    #[must_use]
    pub fn dominator(&self, point: &[f64], row: u64) -> Option<[f64; MOST_DIMS]> {
        self.0.dominator(point, row)
    }

    /// Take in some points that are not there yet. Those that are dominated go, old or new.
    pub fn extend(&mut self, points: &Points) {
        self.0.extend(points);
    }

    /// How many points it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Its points, in any order.
    #[must_use]
    pub fn points(&self) -> Points {
        self.0.points()
    }
}

/// A front, whatever the number of coordinates.
trait Grow: Debug + Send + Sync {
    fn dominator(&self, point: &[f64], row: u64) -> Option<[f64; MOST_DIMS]>;
    fn extend(&mut self, points: &Points);
    fn len(&self) -> usize;
    fn points(&self) -> Points;
}

/// Trees over the points, the largest first.
#[derive(Debug, Default)]
struct Grove<const D: usize> {
    trees: Vec<Tree<D>>,
    skyline: Skyline,
}

impl<const D: usize> Grove<D> {
    fn find(&self, point: &[f64; D], row: u64) -> Option<[f64; D]> {
        let mut trees = self.trees.iter();
        trees.find_map(|tree| tree.dominator(point, row).map(|place| tree.point(place)))
    }

    /// Those of some points that are on the front and not there yet.
    fn new_ones(&mut self, points: &Points) -> Vec<Point<D>> {
        let mut left = Points::new(D);
        for (point, row) in points.values().as_chunks().0.iter().zip(points.rows()) {
            // One with the same coordinates and row is there already.
            if self.find(point, row.saturating_add(1)).is_none() {
                left.push(point, *row);
            }
        }
        let by = self.skyline.find_once(D, left.values(), left.rows());
        let points = left.values().as_chunks().0.iter().zip(left.rows());
        let kept = points.zip(0..).zip(by).filter(|((_, i), by)| i == *by);
        kept.map(|(((point, row), _), _)| (*point, *row)).collect()
    }
}

impl<const D: usize> Grow for Grove<D> {
    fn dominator(&self, point: &[f64], row: u64) -> Option<[f64; MOST_DIMS]> {
        let found = self.find(point.first_chunk()?, row)?;
        let mut padded = [0.0; MOST_DIMS];
        padded[..D].copy_from_slice(&found);
        Some(padded)
    }

    fn extend(&mut self, points: &Points) {
        let mut new = self.new_ones(points);
        if new.is_empty() {
            return;
        }
        for tree in &mut self.trees {
            for (point, row) in &new {
                tree.bury(point, *row);
            }
        }
        while let Some(tree) = self.trees.last()
            && tree.len() <= GROWTH * new.len()
        {
            new.extend(tree.iter());
            self.trees.pop();
        }
        self.trees.push(Tree::new(&mut new));
    }

    fn len(&self) -> usize {
        self.trees.iter().map(Tree::len).sum()
    }

    fn points(&self) -> Points {
        let mut points = Points::new(D);
        for (point, row) in self.trees.iter().flat_map(Tree::iter) {
            points.push(&point, row);
        }
        points
    }
}
