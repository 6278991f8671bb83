//! What is given to a program: tables of values.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use crate::space::block::Extent;
use crate::space::loops::dense;

/// The values of a leaf: a table over some groups, dense or over classes of their digits.
///
/// The group behind those of the space is that of the draws; it has as many digits as the tables over it have room for.
#[derive(Clone, Debug)]
pub struct Leaf {
    /// The groups it varies over, ascending.
    pub groups: Vec<usize>,
    /// Its values, the last group fastest.
    pub values: Arc<[f64]>,
    /// For each group the classes of its digits, each of which has its values once; nothing where every digit has its
    /// own.
    pub(crate) classes: Vec<DigitClasses>,
}

/// Digits of a group in classes, numbered in the order of their first digits.
#[derive(Clone, Debug)]
pub(crate) struct DigitClasses {
    /// The class of each digit.
    pub(crate) of: Arc<[u32]>,
    pub(crate) count: usize,
}

impl DigitClasses {
    /// Digits that have the same key are one class.
    pub(crate) fn by<K: Hash + Eq>(keys: impl Iterator<Item = K>) -> Self {
        let mut known = HashMap::new();
        let of = keys.map(|key| {
            let next = known.len() as u32;
            *known.entry(key).or_insert(next)
        });
        Self {
            of: of.collect(),
            count: known.len(),
        }
    }

    /// The first digit of each class.
    pub(crate) fn firsts(&self) -> Vec<usize> {
        let mut firsts = Vec::with_capacity(self.count);
        for (digit, class) in self.of.iter().enumerate() {
            if *class as usize == firsts.len() {
                firsts.push(digit);
            }
        }
        firsts
    }

    /// Those of some digits, under their old numbers.
    fn picked(&self, digits: &[usize]) -> Self {
        Self {
            of: digits.iter().map(|digit| self.of[*digit]).collect(),
            count: self.count,
        }
    }
}

impl Leaf {
    /// A dense table over groups (ascending), the last one fastest.
    #[must_use]
    pub fn new(groups: Vec<usize>, values: Arc<[f64]>) -> Self {
        Self {
            groups,
            values,
            classes: vec![],
        }
    }

    /// Whether every digit has values of its own.
    pub(crate) fn is_dense(&self) -> bool {
        self.classes.is_empty()
    }

    /// How many values there are along each of its groups, in a space of groups of these sizes.
    pub(crate) fn extents(&self, sizes: &[usize]) -> Vec<usize> {
        if self.is_dense() {
            self.groups.iter().map(|group| sizes[*group]).collect()
        } else {
            self.classes.iter().map(|classes| classes.count).collect()
        }
    }

    /// Which value along its how-many-th group a digit has.
    pub(crate) fn class(&self, which: usize, digit: usize) -> usize {
        let classes = self.classes.get(which);
        classes.map_or(digit, |classes| classes.of[digit] as usize)
    }

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
        for (which, (group, extent)) in self
            .groups
            .iter()
            .zip(self.extents(sizes))
            .enumerate()
            .rev()
        {
            if groups.contains(group) {
                inner *= extent;
            } else {
                let first = self.class(which, 0) * inner;
                let firsts = values
                    .chunks(inner * extent)
                    .map(|block| &block[first..first + inner]);
                values = firsts.flatten().copied().collect();
            }
        }
        let place = |group: &usize| groups.iter().position(|known| known == group);
        let classes = self.groups.iter().zip(&self.classes);
        let classes = classes.filter(|(group, _)| place(group).is_some());
        Self {
            groups: self.groups.iter().filter_map(place).collect(),
            values,
            classes: classes.map(|(_, classes)| classes.clone()).collect(),
        }
    }

    /// The same over some digits of each group of the space.
    pub(crate) fn picked(&self, digits: &[Vec<usize>], sizes: &[usize]) -> Self {
        let own = |group: &usize| digits.get(*group).filter(|own| own.len() < sizes[*group]);
        if self.groups.iter().all(|group| own(group).is_none()) {
            return self.clone();
        }
        let groups = self.groups.clone();
        if !self.is_dense() {
            let classes = self.groups.iter().zip(&self.classes);
            let classes = classes.map(|(group, classes)| match own(group) {
                Some(digits) => classes.picked(digits),
                None => classes.clone(),
            });
            return Self {
                groups,
                values: Arc::clone(&self.values),
                classes: classes.collect(),
            };
        }
        let strides = dense(&self.groups, sizes);
        let places = self.groups.iter().map(|group| {
            let stride = |digit: usize| digit * strides[*group];
            match own(group) {
                Some(digits) => digits.iter().copied().map(stride).collect(),
                None => (0..sizes[*group]).map(stride).collect(),
            }
        });
        let places: Vec<Vec<usize>> = places.collect();
        let mut values = vec![0.0; places.iter().map(Vec::len).product()];
        gather(&places, &mut values, |place| self.values[place]);
        Self::new(groups, values.into())
    }

    /// The same values, one for every digit; `sizes` are those of all groups.
    pub(crate) fn expanded(self, sizes: Vec<usize>) -> Self {
        if self.is_dense() {
            return self;
        }
        let extent = Extent {
            starts: vec![0; sizes.len()],
            lens: sizes,
        };
        let mut values = vec![0.0; extent.values(&self.groups)];
        self.read(&self.groups, &extent, &mut values);
        Self::new(self.groups, values.into())
    }

    /// The values over a box, the digits of its groups in the order of `groups`, the last one fastest.
    pub(crate) fn read(&self, groups: &[usize], extent: &Extent, out: &mut [f64]) {
        let extents = self.extents(&extent.lens);
        let places = groups.iter().filter_map(|group| {
            let which = self.groups.iter().position(|own| own == group)?;
            let stride: usize = extents[which + 1..].iter().product();
            let digits = extent.starts[*group]..extent.starts[*group] + extent.lens[*group];
            Some(
                digits
                    .map(|digit| self.class(which, digit) * stride)
                    .collect(),
            )
        });
        let places: Vec<Vec<usize>> = places.collect();
        gather(&places, out, |place| self.values[place]);
    }
}

/// Write what is at the sum of one of each of the places, in their order, the last ones fastest.
pub(crate) fn gather(places: &[Vec<usize>], out: &mut [f64], get: impl Fn(usize) -> f64) {
    let single = [0];
    let (runs, outer) = places
        .split_last()
        .map_or((&single[..], &[][..]), |(runs, outer)| (&runs[..], outer));
    let mut at = vec![0; outer.len()];
    for run in out.chunks_exact_mut(runs.len()) {
        let line: usize = outer.iter().zip(&at).map(|(places, i)| places[*i]).sum();
        for (out, place) in run.iter_mut().zip(runs) {
            *out = get(line + place);
        }
        for (i, places) in at.iter_mut().zip(outer).rev() {
            *i = (*i + 1) % places.len();
            if *i > 0 {
                break;
            }
        }
    }
}
