//! Points in classes, within which they are alike.

use std::collections::HashMap;

/// Classes are numbered by a table of at most so many entries for each point.
const DENSE: u64 = 8;

/// A number for each different value.
pub(super) fn numbered<T: std::hash::Hash + Eq>(values: impl Iterator<Item = T>) -> Vec<f64> {
    let mut known = HashMap::new();
    values
        .map(|value| {
            let next = known.len();
            *known.entry(value).or_insert(next) as f64
        })
        .collect()
}

/// Numbers of classes of points, ever finer.
pub(super) struct Classes {
    pub(super) of: Vec<u32>,
    pub(super) count: u64,
}

impl Classes {
    pub(super) fn new(points: usize) -> Self {
        Self {
            of: vec![0; points],
            count: 1,
        }
    }

    /// Points of one class stay in one only where these whole numbers are equal too.
    pub(super) fn split(&mut self, by: &[f64]) {
        let most = by.iter().fold(0.0_f64, |most, number| most.max(*number)) as u64 + 1;
        let pairs = self
            .of
            .iter()
            .zip(by)
            .map(|(class, number)| u64::from(*class) * most + *number as u64);
        let pairs: Vec<u64> = pairs.collect();
        let mut count = 0;
        let mut next = || {
            count += 1;
            count - 1
        };
        if self.count * most <= DENSE * self.of.len() as u64 {
            let mut known = vec![u32::MAX; (self.count * most) as usize];
            for (class, pair) in self.of.iter_mut().zip(pairs) {
                let number = &mut known[pair as usize];
                if *number == u32::MAX {
                    *number = next();
                }
                *class = *number;
            }
        } else {
            let mut known = HashMap::new();
            for (class, pair) in self.of.iter_mut().zip(pairs) {
                *class = *known.entry(pair).or_insert_with(&mut next);
            }
        }
        self.count = u64::from(count);
    }

    /// The members of each class that are alive, by their rows.
    pub(super) fn members(&self, alive: &[bool], rows: &[u64]) -> Vec<Vec<usize>> {
        let mut members = vec![vec![]; self.count as usize];
        for (point, class) in self
            .of
            .iter()
            .enumerate()
            .filter(|(point, _)| alive[*point])
        {
            members[*class as usize].push(point);
        }
        for class in &mut members {
            if !class.is_sorted_by_key(|point| rows[*point]) {
                class.sort_unstable_by_key(|point| rows[*point]);
            }
        }
        members
    }
}
