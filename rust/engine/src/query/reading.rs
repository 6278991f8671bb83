//! The values of columns in tiles: those that are kept and not null.

use super::summary::Summary;
use crate::exec::fault::Fault;
use crate::exec::program::Program;
use crate::exec::walk::{Walk, Walker};
use crate::numeric::kernels::{self, Simd};
use crate::numeric::scalar::holds;
use crate::space::block::Source;
use crate::tape::Node;

impl Summary {
    /// Where the values of the columns are.
    pub(super) fn columns(&self, program: &Program, walk: &Walk<'_>) -> Vec<ColumnReading> {
        let columns = self.measures.iter().map(|measure| {
            let nodes: Vec<Node> = measure.nodes().chain(self.keep).collect();
            let node = |node: Option<Node>| node.map(|node| walk.source(node));
            ColumnReading {
                node: measure.value,
                value: Reading::new(program, walk, &nodes),
                null: node(measure.null),
                keep: node(self.keep),
            }
        });
        columns.collect()
    }
}

/// Buffers for values that do not lie as they are needed.
#[derive(Default)]
pub(super) struct SummaryScratch {
    value: Vec<f64>,
    null: Vec<f64>,
    keep: Vec<f64>,
    chosen: Vec<f64>,
}

/// A node, and the groups over which its values are read.
pub(super) struct Reading {
    source: Source,
    groups: Vec<usize>,
    mask: u64,
}

impl Reading {
    /// The first of some nodes, over the groups that any of them varies over.
    pub(super) fn new(program: &Program, walk: &Walk<'_>, nodes: &[Node]) -> Self {
        let mask = nodes
            .iter()
            .fold(0, |mask, node| mask | program.masks()[*node as usize]);
        Self {
            source: walk.source(nodes[0]),
            groups: walk.groups(mask),
            mask,
        }
    }

    /// How many rows of the tile each value stands for.
    fn times(&self, walker: &Walker<'_>) -> u64 {
        walker.rows() / walker.size(&self.groups) as u64
    }

    /// Count the rows of each state.
    pub(super) fn count(
        &self,
        walker: &Walker<'_>,
        scratch: &mut SummaryScratch,
        counts: &mut [u64],
    ) {
        let times = self.times(walker);
        for state in walker.values(&self.source, &self.groups, self.mask, &mut scratch.value) {
            counts[*state as usize] += times;
        }
    }

    /// How many rows a truth value holds in.
    pub(super) fn held(
        &self,
        simd: Simd,
        walker: &Walker<'_>,
        scratch: &mut SummaryScratch,
    ) -> u64 {
        let values = walker.values(&self.source, &self.groups, self.mask, &mut scratch.value);
        let mut held = 0;
        kernels::count(simd, values, &mut held);
        held as u64 * self.times(walker)
    }
}

/// A measured column: its values, and what says which of them count.
pub(super) struct ColumnReading {
    node: Node,
    value: Reading,
    null: Option<Source>,
    keep: Option<Source>,
}

impl ColumnReading {
    /// The values in the tile that are kept and not null, and how many rows each stands for.
    pub(super) fn read<'a>(
        &self,
        walker: &'a Walker<'_>,
        scratch: &'a mut SummaryScratch,
    ) -> (&'a [f64], u64) {
        let Reading {
            source,
            groups,
            mask,
        } = &self.value;
        let times = self.value.times(walker);
        let values = walker.values(source, groups, *mask, &mut scratch.value);
        let truth = |source: &Source, copied: &'a mut Vec<f64>| {
            walker.values(source, groups, *mask, copied)
        };
        let null = self
            .null
            .as_ref()
            .filter(|null| walker.held(null).somewhere);
        let keep = self
            .keep
            .as_ref()
            .filter(|keep| walker.held(keep).not_everywhere);
        if null.is_none() && keep.is_none() {
            return (values, times);
        }
        let null = null.map(|null| truth(null, &mut scratch.null));
        let keep = keep.map(|keep| truth(keep, &mut scratch.keep));
        scratch.chosen.resize(values.len(), 0.0);
        let mut count = 0;
        for (i, &value) in values.iter().enumerate() {
            scratch.chosen[count] = value;
            let counts =
                keep.is_none_or(|keep| holds(keep[i])) && !null.is_some_and(|null| holds(null[i]));
            count += usize::from(counts);
        }
        (&scratch.chosen[..count], times)
    }

    /// Note the values that count and are not finite.
    pub(super) fn note_faults(
        &self,
        walker: &Walker<'_>,
        scratch: &mut SummaryScratch,
        fault: &mut Fault,
    ) {
        let Reading {
            source,
            groups,
            mask,
        } = &self.value;
        let values = walker.values(source, groups, *mask, &mut scratch.value);
        for (i, value) in values
            .iter()
            .enumerate()
            .filter(|(_, value)| !value.is_finite())
        {
            let holds_here = |source: &Option<Source>, copied: &mut Vec<f64>| {
                source
                    .as_ref()
                    .map(|source| holds(walker.values(source, groups, *mask, copied)[i]))
            };
            let null = holds_here(&self.null, &mut scratch.null) == Some(true);
            if !null && holds_here(&self.keep, &mut scratch.keep) != Some(false) {
                fault.note(walker.row(groups, i), self.node, *value);
            }
        }
    }
}
