//! The space: the mixed-radix product of its axes, in checked u64.
//!
//! Axes that walk together are one *group*, one digit. The first group is the outermost.
//!
//! A space may be a part of another: its digits then say which rows of that one they stand for.

pub(crate) mod block;
pub(crate) mod loops;

use std::ops::Range;
use std::sync::Arc;

use crate::error::{Error, Result};

/// How many groups a space can have, those of searches included: one bit each in a node's mask.
pub(crate) const MAX_GROUPS: usize = 64;

/// The product of groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Space {
    sizes: Vec<u64>,
    strides: Vec<u64>,
    combinations: u64,
    /// For a part of another space, what each digit of each group adds to the number of the row there.
    offsets: Option<Vec<Arc<[u64]>>>,
}

impl Space {
    /// The product of groups of these sizes.
    ///
    /// # Errors
    /// When a group is empty, there are too many groups, or more combinations than an `i64` counts.
    pub fn new(sizes: Vec<u64>) -> Result<Self> {
        if sizes.len() > MAX_GROUPS {
            return Err(Error::Invalid(format!(
                "{} axes; at most {MAX_GROUPS} are possible",
                sizes.len()
            )));
        }
        if sizes.contains(&0) {
            return Err(Error::Invalid("an axis without values".into()));
        }
        let mut strides = vec![1; sizes.len()];
        let mut combinations = 1_u64;
        for (stride, size) in strides.iter_mut().zip(&sizes).rev() {
            *stride = combinations;
            combinations = combinations.checked_mul(*size).ok_or(Error::TooLarge)?;
        }
        if i64::try_from(combinations).is_err() {
            return Err(Error::TooLarge);
        }
        Ok(Self {
            sizes,
            strides,
            combinations,
            offsets: None,
        })
    }

    /// A part of another space, by what each digit of each group adds to the number of the row there.
    ///
    /// # Errors
    /// As for a new space.
    pub(crate) fn part(offsets: Vec<Arc<[u64]>>) -> Result<Self> {
        let sizes = offsets.iter().map(|digits| digits.len() as u64).collect();
        Ok(Self {
            offsets: Some(offsets),
            ..Self::new(sizes)?
        })
    }

    /// The sizes of the groups.
    #[must_use]
    pub fn sizes(&self) -> &[u64] {
        &self.sizes
    }

    /// What a digit of a group adds to the number of a row.
    pub(crate) fn offset(&self, group: usize, digit: usize) -> u64 {
        match &self.offsets {
            Some(offsets) => offsets[group][digit],
            None => digit as u64 * self.strides[group],
        }
    }

    /// How many combinations there are.
    #[must_use]
    pub fn combinations(&self) -> u64 {
        self.combinations
    }

    /// The digit of a group in a combination.
    #[must_use]
    pub fn digit(&self, row: u64, group: usize) -> u64 {
        row / self.strides[group] % self.sizes[group]
    }

    /// The row at which part `part` of `parts` begins (from 0 on; part `parts` begins where the space ends).
    ///
    /// The cut is along the outermost group that leaves no part larger or smaller than even ones by more than an eighth:
    /// so a part is a box, or few of them.
    #[must_use]
    pub fn cut(&self, part: u64, parts: u64) -> u64 {
        let parts = parts.max(1);
        let even = u128::from(self.combinations) * u128::from(part.min(parts)) / u128::from(parts);
        self.aligned(even as u64, self.combinations / parts / 16)
    }

    /// A row that is not further than so many from another one, and at which a digit of an outer group begins: of the
    /// outermost group that has one.
    #[must_use]
    pub fn aligned(&self, row: u64, most: u64) -> u64 {
        let near = |stride: &u64| {
            let place = row.saturating_add(*stride / 2) / stride * stride;
            (place.abs_diff(row) <= most && place <= self.combinations).then_some(place)
        };
        self.strides.iter().find_map(near).unwrap_or(row)
    }

    /// The rows of a range as boxes of consecutive rows, as few as there are.
    #[must_use]
    pub fn boxes(&self, rows: &Range<u64>) -> Vec<Region> {
        let mut first = rows.start;
        let mut boxes = vec![];
        while first < rows.end {
            let region = self.region(first, rows.end, u64::MAX);
            first += region.rows();
            boxes.push(region);
        }
        boxes
    }

    /// The largest box that starts at row `first`, ends by `stop`, and has about `budget` rows.
    ///
    /// Its rows are consecutive: outer digits fixed, a run of one digit, all of the inner digits.
    #[must_use]
    pub fn region(&self, first: u64, stop: u64, budget: u64) -> Region {
        let mut region = Region {
            first,
            starts: (0..self.sizes.len())
                .map(|group| self.digit(first, group))
                .collect(),
            lens: vec![1; self.sizes.len()],
        };
        for (group, (&size, &stride)) in self.sizes.iter().zip(&self.strides).enumerate() {
            if stride > budget || !first.is_multiple_of(stride) || stop - first < stride {
                continue;
            }
            let wanted = if size.saturating_mul(stride) <= budget.saturating_mul(4) {
                size
            } else {
                budget / stride
            };
            region.lens[group] = wanted
                .min(size - region.starts[group])
                .min((stop - first) / stride);
            region.lens[group + 1..].copy_from_slice(&self.sizes[group + 1..]);
            break;
        }
        region
    }
}

/// A box of the space whose rows are consecutive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// The index of its first row.
    pub first: u64,
    /// The first digit of each group.
    pub starts: Vec<u64>,
    /// How many digits of each group.
    pub lens: Vec<u64>,
}

impl Region {
    /// How many rows it has.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.lens.iter().product()
    }
}
