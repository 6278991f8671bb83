//! Tables over some groups, spread over the points of more.

use crate::space::loops::{Loops, copy, dense};

/// Spreads tables over the points of groups.
pub(super) struct Spread<'a> {
    groups: &'a [usize],
    lens: &'a [usize],
    points: usize,
}

impl<'a> Spread<'a> {
    pub(super) fn new(groups: &'a [usize], lens: &'a [usize]) -> Self {
        let points = groups.iter().map(|group| lens[*group]).product();
        Self {
            groups,
            lens,
            points,
        }
    }

    /// How many points there are.
    pub(super) fn points(&self) -> usize {
        self.points
    }

    /// A table at every point.
    pub(super) fn out(&self, over: &[usize], values: &[f64]) -> Vec<f64> {
        let strides = dense(over, self.lens);
        let mut out = vec![0.0; self.points];
        let loops = Loops::new(self.groups, self.lens, &[&strides]);
        copy(values, 0, &loops, &mut out);
        out
    }

    /// The digit of a group at every point.
    pub(super) fn digits(&self, group: usize) -> Vec<f64> {
        let digits: Vec<f64> = (0..self.lens[group]).map(|digit| digit as f64).collect();
        self.out(&[group], &digits)
    }
}
