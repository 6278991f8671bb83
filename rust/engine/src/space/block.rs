//! Boxes of a space, and where the values of a node are.

use std::sync::Arc;

use crate::space::loops::{Loops, copy, dense};

/// A box: the first digit and the number of digits of each group, those of searches included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Extent {
    pub(crate) starts: Vec<usize>,
    pub(crate) lens: Vec<usize>,
}

impl Extent {
    /// The whole space of groups of these sizes.
    pub(crate) fn whole(sizes: &[usize]) -> Self {
        Self {
            starts: vec![0; sizes.len()],
            lens: sizes.to_vec(),
        }
    }

    /// How many values a node over these groups has here.
    pub(crate) fn values(&self, groups: &[usize]) -> usize {
        groups.iter().map(|group| self.lens[*group]).product()
    }
}

/// The length of pieces of about the same length, none longer than `most` (at least 1).
pub(crate) fn even(size: usize, most: usize) -> usize {
    size.div_ceil(size.div_ceil(most.max(1)))
}

/// Cut some groups, one after the other, so that what is left of the room for them is used up; what then is left.
pub(crate) fn fit(sizes: &[usize], groups: &[usize], mut room: usize, cuts: &mut [usize]) -> usize {
    for &group in groups {
        cuts[group] = even(sizes[group], room);
        room /= cuts[group];
    }
    room
}

/// Where the values of a node are.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// One value for all combinations.
    Constant(f64),
    /// A table over the whole of its groups, with the stride of every group (0 for those it does not vary over).
    Table {
        values: Arc<[f64]>,
        strides: Vec<usize>,
    },
    /// The result of a step, over its groups in the box.
    Step(usize),
}

impl Source {
    /// A dense table over groups, the last one fastest.
    pub(crate) fn table(values: Arc<[f64]>, groups: &[usize], sizes: &[usize]) -> Self {
        Self::Table {
            values,
            strides: dense(groups, sizes),
        }
    }

    /// The step whose result it is, if it is one.
    pub(crate) fn step(&self) -> Option<usize> {
        match self {
            Self::Step(step) => Some(*step),
            _ => None,
        }
    }

    /// A table with its values in the order of `groups`, the last one fastest.
    pub(crate) fn reordered(self, groups: &[usize], sizes: &[usize]) -> Self {
        let Self::Table { values, strides } = &self else {
            return self;
        };
        if groups.is_sorted() {
            return self;
        }
        let mut ordered = vec![0.0; values.len()];
        copy(
            values,
            0,
            &Loops::new(groups, sizes, &[strides]),
            &mut ordered,
        );
        Self::table(ordered.into(), groups, sizes)
    }
}
