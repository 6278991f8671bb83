//! What is given to a program: tables of values.

use std::sync::Arc;

/// The values of a leaf: a dense table over some groups.
///
/// The group behind those of the space is that of the draws; it has as many digits as the tables over it have room for.
#[derive(Clone, Debug)]
pub struct Leaf {
    /// The groups it varies over, ascending.
    pub groups: Vec<usize>,
    /// Its values, the last group fastest.
    pub values: Arc<[f64]>,
}

impl Leaf {
    /// How many draws it is a table over, behind groups of these sizes; None when it is over none.
    pub(super) fn draws(&self, sizes: &[usize]) -> Option<usize> {
        let (last, others) = self.groups.split_last()?;
        let known = *last == sizes.len() && others.iter().all(|group| *group < sizes.len());
        let rest: usize = others
            .iter()
            .map(|group| sizes.get(*group).copied().unwrap_or(1))
            .product();
        known.then(|| self.values.len() / rest)
    }

    /// The part at the first digit of every group that is not among `groups`, which take their places as new numbers.
    pub(super) fn over(&self, groups: &[usize], sizes: &[usize]) -> Self {
        let mut values = Arc::clone(&self.values);
        let mut inner = 1;
        for group in self.groups.iter().rev() {
            if groups.contains(group) {
                inner *= sizes[*group];
            } else {
                let firsts = values
                    .chunks(inner * sizes[*group])
                    .map(|block| &block[..inner]);
                values = firsts.flatten().copied().collect();
            }
        }
        let place = |group: &usize| groups.iter().position(|known| known == group);
        Self {
            groups: self.groups.iter().filter_map(place).collect(),
            values,
        }
    }
}
