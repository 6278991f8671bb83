//! Which of some points nobody dominates.

use std::cmp::Ordering;

use super::tree::{Point, Tree};
use super::{MOST_DIMS, by_dims};
use crate::numeric::scalar::to_key;

/// So few points are compared each with each.
const FEW: usize = 64;

/// Finds which of some points nobody dominates. What it works with is kept for the next time.
#[derive(Clone, Debug, Default)]
pub struct Skyline {
    /// The points by their coordinates, one after the other, then by row: a point is dominated by earlier ones only.
    /// Each with its first coordinate as something to sort by.
    sorted: Vec<(u64, u32)>,
    /// Of points with the same coordinates the first one.
    heads: Vec<u32>,
    /// The other coordinates of these.
    rest: Vec<f64>,
    /// The places of those heads that are left.
    places: Vec<u32>,
    by: Vec<u32>,
}

impl Skyline {
    /// For each of some points (their coordinates point after point, and their rows) one that dominates it and is not
    /// dominated itself; where there is none, the point itself.
    ///
    /// # Panics
    /// When there are no coordinates or too many, not so many rows as points, or more points than a `u32` counts.
    pub fn find(&mut self, dims: usize, values: &[f64], rows: &[u64]) -> &[u32] {
        self.find_once(dims, values, rows);
        let point = |i: usize| (&values[i * dims..][..dims], rows[i]);
        for i in 0..self.by.len() {
            let head = self.by[i] as usize;
            let by = self.by[head];
            // Of points that are equal, row included, none dominates another one.
            let same = by as usize == head && point(i) == point(head);
            self.by[i] = if same { i as u32 } else { by };
        }
        &self.by
    }

    /// As `find`, but of points that are equal, row included, only one is kept; and what is named as dominating a point
    /// with the same coordinates may be dominated itself.
    pub(super) fn find_once(&mut self, dims: usize, values: &[f64], rows: &[u64]) -> &[u32] {
        assert!((1..=MOST_DIMS).contains(&dims), "{dims} coordinates");
        assert_eq!(values.len(), dims * rows.len(), "a row for each point");
        assert!(u32::try_from(rows.len()).is_ok(), "too many points");
        self.by.clear();
        self.by.extend(0..rows.len() as u32);
        self.sort(dims, values, rows);
        self.behead(dims, values);
        match dims {
            1 => self.lead(),
            2 => self.descend(),
            _ => by_dims!(dims - 1, D => self.sweep::<D>()),
        }
        &self.by
    }

    fn sort(&mut self, dims: usize, values: &[f64], rows: &[u64]) {
        let firsts = values.iter().step_by(dims).map(|value| to_key(*value));
        self.sorted.clear();
        self.sorted.extend(firsts.zip(0..));
        let rest = |i: u32| &values[i as usize * dims..][1..dims];
        self.sorted.sort_unstable_by(|(a, i), (b, j)| {
            a.cmp(b).then_with(|| {
                let order = rest(*i).partial_cmp(rest(*j)).unwrap_or(Ordering::Equal);
                order.then_with(|| rows[*i as usize].cmp(&rows[*j as usize]))
            })
        });
    }

    /// Find the heads. The other points are dominated by theirs.
    fn behead(&mut self, dims: usize, values: &[f64]) {
        let point = |i: u32| &values[i as usize * dims..][..dims];
        self.heads.clear();
        self.rest.clear();
        for &(_, i) in &self.sorted {
            match self.heads.last() {
                Some(&head) if point(head) == point(i) => self.by[i as usize] = head,
                _ => {
                    self.heads.push(i);
                    self.rest.extend_from_slice(&point(i)[1..]);
                }
            }
        }
    }

    /// One coordinate: the first head is the best.
    fn lead(&mut self) {
        for &head in &self.heads {
            self.by[head as usize] = self.heads[0];
        }
    }

    /// Two coordinates: as the first grows, the second must fall.
    fn descend(&mut self) {
        let mut best = None;
        for (&head, &value) in self.heads.iter().zip(&self.rest) {
            match best {
                Some((known, bar)) if bar <= value => self.by[head as usize] = known,
                _ => best = Some((head, value)),
            }
        }
    }

    /// So many coordinates beside the first.
    fn sweep<const D: usize>(&mut self) {
        self.places.clear();
        self.places.extend(0..self.heads.len() as u32);
        let mut sweep = Sweep::<D> {
            points: self.rest.as_chunks().0,
            heads: &self.heads,
            by: &mut self.by,
        };
        sweep.run(&mut self.places);
    }
}

/// What goes through heads in their order.
struct Sweep<'a, const D: usize> {
    /// All coordinates but the first.
    points: &'a [[f64; D]],
    heads: &'a [u32],
    by: &'a mut [u32],
}

impl<const D: usize> Sweep<'_, D> {
    /// Move those of some places (ascending) that nobody dominates to the front; how many there are.
    fn run(&mut self, places: &mut [u32]) -> usize {
        if places.len() <= FEW {
            return self.compare(places);
        }
        let (first, second) = places.split_at_mut(places.len() / 2);
        let kept = self.run(first);
        let left = self.pass(&first[..kept], second);
        let more = self.run(&mut second[..left]);
        let start = first.len();
        places.copy_within(start..start + more, kept);
        kept + more
    }

    /// Compare each with each.
    fn compare(&mut self, places: &mut [u32]) -> usize {
        let points = self.points;
        self.drop_dominated(places, |left, place| {
            let point = &points[place as usize];
            let below = |known: &u32| {
                let known = &points[*known as usize];
                known.iter().zip(point).all(|(a, b)| a <= b)
            };
            left.iter().copied().find(below)
        })
    }

    /// Drop those that earlier ones dominate.
    fn pass(&mut self, earlier: &[u32], places: &mut [u32]) -> usize {
        let points = self.points;
        let point = |place: &u32| (points[*place as usize], u64::from(*place));
        let mut known: Vec<Point<D>> = earlier.iter().map(point).collect();
        let tree = Tree::new(&mut known);
        self.drop_dominated(places, |_, place| {
            let (point, row) = point(&place);
            let found = tree.dominator(&point, row);
            found.map(|found| tree.row(found) as u32)
        })
    }

    /// Drop those for which something is found that dominates them, given those before that are left.
    fn drop_dominated(
        &mut self,
        places: &mut [u32],
        find: impl Fn(&[u32], u32) -> Option<u32>,
    ) -> usize {
        let mut left = 0;
        for i in 0..places.len() {
            let place = places[i];
            if let Some(known) = find(&places[..left], place) {
                self.by[self.heads[place as usize] as usize] = self.heads[known as usize];
            } else {
                places[left] = place;
                left += 1;
            }
        }
        left
    }
}
