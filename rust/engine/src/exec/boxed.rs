//! A program over a range of its combinations: one program for each box of consecutive rows.

use std::borrow::Cow;
use std::ops::Range;

use crate::error::{Error, Result};
use crate::exec::leaf::Leaf;
use crate::exec::program::Program;
use crate::space::loops::{Loops, copy, dense};
use crate::space::{Region, Space};

impl Program {
    /// The boxes that a range of combinations consists of, each with the same program over its combinations, which keep
    /// their numbers.
    ///
    /// # Errors
    /// When the range is not one of the space.
    pub fn boxes(&self, rows: &Range<u64>) -> Result<Vec<(Region, Cow<'_, Self>)>> {
        let all = self.space().combinations();
        if rows.start > rows.end || rows.end > all {
            return Err(Error::Invalid(format!(
                "combinations {} to {}; there are {all}",
                rows.start, rows.end
            )));
        }
        let regions = self.space().boxes(rows).into_iter();
        regions
            .map(|region| {
                let part = if region.rows() == all {
                    Cow::Borrowed(self)
                } else {
                    Cow::Owned(self.boxed(&region)?)
                };
                Ok((region, part))
            })
            .collect()
    }

    fn boxed(&self, region: &Region) -> Result<Self> {
        let outer = self.space().sizes().len();
        let mut starts: Vec<usize> = region.starts.iter().map(|start| *start as usize).collect();
        let mut lens: Vec<usize> = region.lens.iter().map(|len| *len as usize).collect();
        let offsets = (0..outer).map(|group| {
            (starts[group]..starts[group] + lens[group])
                .map(|digit| self.space().offset(group, digit))
                .collect()
        });
        let space = Space::part(offsets.collect())?;
        if let Some(group) = self.draws_group() {
            starts.push(0);
            lens.push(self.sizes()[group]);
        }
        let leaves = (0..self.tape().leaves().len() as u32).map(|which| {
            let leaf = self.leaf(which);
            if leaf
                .groups
                .iter()
                .all(|group| lens[*group] == self.sizes()[*group])
            {
                return leaf.clone();
            }
            if !leaf.is_dense() {
                let digits = starts.iter().zip(&lens);
                let digits = digits.map(|(start, len)| (*start..start + len).collect());
                return leaf.picked(&digits.collect::<Vec<_>>(), self.sizes());
            }
            let strides = dense(&leaf.groups, self.sizes());
            let first = leaf
                .groups
                .iter()
                .map(|group| starts[*group] * strides[*group])
                .sum();
            let loops = Loops::new(&leaf.groups, &lens, &[&strides]);
            let mut values = vec![0.0; leaf.groups.iter().map(|group| lens[*group]).product()];
            copy(&leaf.values, first, &loops, &mut values);
            Leaf::new(leaf.groups.clone(), values.into())
        });
        self.part(space, leaves.collect(), &starts, &lens)
    }
}
