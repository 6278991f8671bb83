//! Parts of programs: the same nodes over fewer combinations, some of them as tables.

use std::sync::Arc;

use crate::error::Result;
use crate::exec::fill::fill_raw;
use crate::exec::leaf::{DigitClasses, Leaf};
use crate::exec::plan::mask;
use crate::exec::program::Program;
use crate::run::Control;
use crate::space::Space;
use crate::space::loops::{Loops, copy, dense};
use crate::tape::{Name, Node, Op, Tape};

impl Tape {
    /// The same nodes, some of them leaves behind those that there are. What is named is not kept.
    fn with_leaves(&self, nodes: &[Node]) -> Self {
        let mut ops = self.ops().to_vec();
        let mut leaves = vec![Name::default(); self.leaves().len()];
        for node in nodes {
            ops[*node as usize] = Op::Leaf(leaves.len() as u32);
            leaves.push(Name::default());
        }
        Self {
            ops,
            leaves,
            searches: self.searches().to_vec(),
            outputs: vec![],
        }
    }
}

/// So many values are computed before another thread has begun.
const QUICK: usize = 1 << 16;

impl Program {
    /// The same program, with the values of some nodes given.
    ///
    /// # Errors
    /// When a table does not fit.
    pub(crate) fn with_tables(&self, known: Vec<(Node, Leaf)>) -> Result<Self> {
        let (nodes, tables): (Vec<Node>, Vec<Leaf>) = known.into_iter().unzip();
        let tape = self.tape().with_leaves(&nodes);
        let leaves = (0..self.tape().leaves().len() as u32).map(|leaf| self.leaf(leaf).clone());
        let leaves = leaves.chain(tables).collect();
        let planned = self.planned().to_vec();
        self.rebound(Arc::new(tape), self.space().clone(), leaves, planned)
    }

    /// The values of nodes that vary over no more than some groups (ascending), over all of these. What is soon done is
    /// done without another thread.
    ///
    /// # Errors
    /// When the run was stopped.
    pub(crate) fn tabulate(
        &self,
        nodes: &[Node],
        groups: &[usize],
        threads: usize,
        control: &Control,
    ) -> Result<Vec<Vec<f64>>> {
        let mut tables = vec![vec![0.0; self.points(mask(groups))]; nodes.len()];
        let (mut computed, mut arrays) = (vec![], vec![]);
        for (&node, table) in nodes.iter().zip(&mut tables) {
            if let Op::Leaf(leaf) = self.tape().ops()[node as usize] {
                let leaf = self.leaf(leaf).clone().expanded(self.sizes().to_vec());
                let strides = dense(&leaf.groups, self.sizes());
                let loops = Loops::new(groups, self.sizes(), &[&strides]);
                copy(&leaf.values, 0, &loops, table);
            } else {
                computed.push(node);
                arrays.push(table.as_mut_slice());
            }
        }
        if !computed.is_empty() {
            let searched = self.tape().searched();
            let quick = self.points(mask(groups)) <= QUICK
                && !computed.iter().any(|node| searched[*node as usize]);
            let threads = if quick { 1 } else { threads };
            fill_raw(&self.over(groups)?, &computed, arrays, threads, control)?;
        }
        Ok(tables)
    }

    /// Some points of the product of some groups (ascending) as one group, the first; the others follow in their order.
    /// Only what some nodes are made of keeps its values.
    ///
    /// # Errors
    /// When there is no point.
    pub(crate) fn listed(
        &self,
        groups: &[usize],
        points: &[usize],
        wanted: &[Node],
    ) -> Result<Self> {
        let space = self.space();
        let sizes: Vec<usize> = self.sizes()[..space.sizes().len()].to_vec();
        let strides = dense(groups, &sizes);
        let digit = |point: usize, group: usize| point / strides[group] % sizes[group];
        let others: Vec<usize> = (0..sizes.len())
            .filter(|group| !groups.contains(group))
            .collect();

        let listed = points.iter().map(|point| {
            groups
                .iter()
                .map(|group| space.offset(*group, digit(*point, *group)))
                .sum()
        });
        let mut offsets: Vec<Arc<[u64]>> = vec![listed.collect()];
        offsets.extend(others.iter().map(|group| {
            (0..sizes[*group])
                .map(|digit| space.offset(*group, digit))
                .collect()
        }));

        let reached = self.tape().reached(wanted)?;
        let mut leaves = vec![Leaf::new(vec![], [f64::NAN].into()); self.tape().leaves().len()];
        for (op, _) in self
            .tape()
            .ops()
            .iter()
            .zip(reached)
            .filter(|(_, reached)| *reached)
        {
            if let Op::Leaf(which) = *op {
                leaves[which as usize] = self.listed_leaf(which, groups, points, &others, &strides);
            }
        }
        let tape = Tape {
            outputs: vec![],
            ..self.tape().clone()
        };
        // What was left out is no loss; what never was there still counts.
        let first = match groups {
            [group] if points.len() == sizes[*group] => self.planned()[*group],
            _ => points.len(),
        };
        let planned = others.iter().map(|group| self.planned()[*group]);
        let planned = std::iter::once(first).chain(planned).collect();
        self.rebound(Arc::new(tape), Space::part(offsets)?, leaves, planned)
    }

    /// A leaf where some groups became one.
    fn listed_leaf(
        &self,
        which: u32,
        groups: &[usize],
        points: &[usize],
        others: &[usize],
        strides: &[usize],
    ) -> Leaf {
        let leaf = self.leaf(which);
        let place = |group: &usize| others.binary_search(group).ok().map(|place| place + 1);
        let kept: Vec<usize> = leaf.groups.iter().filter_map(place).collect();
        if mask(&leaf.groups) & mask(groups) == 0 {
            return Leaf {
                groups: kept,
                ..leaf.clone()
            };
        }
        let extents = leaf.extents(self.sizes());
        let stride = |which: usize| extents[which + 1..].iter().product::<usize>();
        let own = leaf.groups.iter().enumerate();
        let (listed, rest): (Vec<_>, Vec<_>) = own.partition(|(_, group)| groups.contains(group));
        // Where the values over the other groups lie, from the first on.
        let places = rest.iter().map(|(which, _)| {
            let stride = stride(*which);
            (0..extents[*which]).map(move |class| class * stride)
        });
        let places = places.fold(vec![0], |before, own| {
            let each = before.iter();
            each.flat_map(|at| own.clone().map(move |step| at + step))
                .collect()
        });
        let first = |point: &usize| -> usize {
            let digit = |group: usize| point / strides[group] % self.sizes()[group];
            listed
                .iter()
                .map(|(which, group)| leaf.class(*which, digit(**group)) * stride(*which))
                .sum()
        };
        let firsts: Vec<usize> = points.iter().map(first).collect();
        let (firsts, classes) = if leaf.is_dense() {
            (firsts, vec![])
        } else {
            let own = DigitClasses::by(firsts.iter());
            let firsts = own.firsts().iter().map(|point| firsts[*point]).collect();
            let others = rest.iter().map(|(which, _)| leaf.classes[*which].clone());
            (firsts, std::iter::once(own).chain(others).collect())
        };
        let values = firsts
            .iter()
            .flat_map(|first| places.iter().map(move |at| leaf.values[first + at]));
        Leaf {
            groups: std::iter::once(0).chain(kept).collect(),
            values: values.collect(),
            classes,
        }
    }
}
