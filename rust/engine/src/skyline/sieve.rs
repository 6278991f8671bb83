//! What lets through those of many points that may be on a front.

use super::{Front, MOST_DIMS};
use crate::kernel::{self, Simd};

/// Sifts lines of points. What lies at a place of a line is often dominated by what dominated there a line before.
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

    /// The places of those points that no point of a front, and none that this sieve has let through, is below: smaller
    /// in one coordinate, and larger in none. Infinite points do not count.
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
            kernel::escapes(self.simd, &self.known, columns, start, &mut self.open);
            let open = self.open.iter().enumerate();
            for (i, _) in open.filter(|(_, open)| **open != 0) {
                for (to, column) in point.iter_mut().zip(columns) {
                    *to = column[start + i];
                }
                if point[0] == f64::INFINITY {
                    continue;
                }
                let found = front.dominator(&point[..columns.len()], 0);
                if found.is_none() {
                    left.push(start + i);
                }
                for (known, value) in self.known.iter_mut().zip(found.unwrap_or(point)) {
                    known[i] = value;
                }
            }
        }
    }
}
