//! What lets through those of many points that may be on a front.

use super::{Front, MOST_DIMS};
use crate::numeric::kernels::{self, Simd};

/// Sifts lines of points. What lies at a place of a line is often dominated by what dominated there a line before, or
/// by what dominates beside it.
#[derive(Debug)]
pub(crate) struct Sieve {
    simd: Simd,
    /// For each coordinate and each place of a line, that of a point that was found there.
    known: Vec<Vec<f64>>,
    /// For each place, 0 if the point that was found dominates here too.
    open: Vec<u64>,
}

impl Sieve {
    /// For points of so many coordinates.
    pub(crate) fn new(simd: Simd, dims: usize) -> Self {
        Self {
            simd,
            known: vec![vec![]; dims],
            open: vec![],
        }
    }

    /// The places of points that no point of a front is below (smaller in one coordinate, and larger in none), without
    /// some that a point let through before is below. Infinite points do not count.
    ///
    /// The points are given by a column for each coordinate, as lines of a run each.
    pub(crate) fn sift(
        &mut self,
        front: &Front,
        columns: &[Vec<f64>],
        run: usize,
        left: &mut Vec<usize>,
    ) {
        left.clear();
        for known in &mut self.known {
            known.resize(run, f64::NAN);
        }
        self.open.resize(run, 0);
        let mut point = [0.0; MOST_DIMS];
        for start in (0..columns[0].len()).step_by(run) {
            kernels::escapes(self.simd, &self.known, columns, start, &mut self.open);
            for i in 0..run {
                if self.open[i] == 0 || columns[0][start + i] == f64::INFINITY {
                    continue;
                }
                for (to, column) in point.iter_mut().zip(columns) {
                    *to = column[start + i];
                }
                let found = self.beside(i, &point);
                let found = found.or_else(|| front.dominator(&point[..columns.len()], 0));
                if found.is_none() {
                    left.push(start + i);
                }
                for (known, value) in self.known.iter_mut().zip(found.unwrap_or(point)) {
                    known[i] = value;
                }
            }
        }
    }

    /// A point known beside a place that is below another one.
    fn beside(&self, place: usize, point: &[f64; MOST_DIMS]) -> Option<[f64; MOST_DIMS]> {
        [place.wrapping_sub(1), place + 1]
            .into_iter()
            .find_map(|place| {
                let mut found = [0.0; MOST_DIMS];
                let mut smaller = false;
                for ((known, value), found) in self.known.iter().zip(point).zip(&mut found) {
                    *found = *known.get(place)?;
                    if *found > *value || found.is_nan() {
                        return None;
                    }
                    smaller |= *found < *value;
                }
                smaller.then_some(found)
            })
    }
}
