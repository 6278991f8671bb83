//! What is to be evaluated, in which order, and where the results are kept.

use std::ops::Range;
use std::sync::Arc;

use crate::exec::argmin::Searcher;
use crate::exec::leaf::Leaf;
use crate::numeric::kernels::{self, Lines, Operand, Simd};
use crate::space::block::Source;
use crate::space::loops::ARRAYS;
use crate::tape::{Binary, Fold, Unary};

/// What a step does.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    Unary(Unary),
    Binary(Binary),
    /// Operations one on the result of the other: the first on two operands, each other one on one more.
    Chain(Vec<Binary>),
    Where,
    /// The values of a table over classes of digits.
    Expand(Leaf),
    /// The best candidate of a search.
    Winner(Arc<Searcher>),
    /// The value of a search's axis at a winner: `values[winner / stride % len]`.
    Pick {
        values: Vec<f64>,
        stride: usize,
    },
    /// The values over a group, folded.
    Fold(Fold, usize),
    /// What lies outside of the plan, the how-many-th of it.
    Outside(usize),
}

impl Action {
    /// Do what is done value by value.
    #[inline]
    pub(crate) fn apply(
        &self,
        simd: Simd,
        lines: Lines,
        out: &mut [f64],
        operands: &[Operand<'_>; ARRAYS],
    ) {
        let [first, second, third, ..] = *operands;
        match self {
            Self::Unary(op) => kernels::unary(simd, *op, lines, out, first),
            Self::Binary(op) => kernels::binary(simd, *op, lines, out, first, second),
            Self::Chain(ops) => {
                kernels::chain(simd, ops, lines, out, first, &operands[1..=ops.len()]);
            }
            Self::Where => kernels::select(simd, lines, out, first, second, third),
            Self::Pick { values, stride } => {
                kernels::pick(simd, lines, out, first, values, *stride);
            }
            Self::Expand(_) | Self::Winner(_) | Self::Fold(..) | Self::Outside(_) => {}
        }
    }
}

/// One node's evaluation.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) action: Action,
    /// The groups it varies over, in memory order.
    pub(crate) groups: Vec<usize>,
    pub(crate) operands: Vec<Source>,
}

/// Steps in the order of their evaluation, cut into phases, and where their results are kept.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) steps: Vec<Step>,
    pub(crate) masks: Vec<u64>,
    /// Where each phase ends.
    pub(crate) phases: Vec<usize>,
    /// The buffer of each step's results.
    pub(crate) buffers: Vec<usize>,
    /// Whether a step's buffer serves others too, so that it is evaluated in every box.
    pub(crate) recycled: Vec<bool>,
    pub(crate) simd: Simd,
}

impl Plan {
    /// A plan whose `wanted` steps are read when all is done.
    ///
    /// From one box to the next one of the groups in `moving` always moves: the buffers of steps that vary over them
    /// are free again once the last step that reads them is done.
    pub(crate) fn new(
        steps: Vec<Step>,
        phases: Vec<usize>,
        wanted: impl IntoIterator<Item = usize>,
        moving: u64,
        simd: Simd,
    ) -> Self {
        let masks: Vec<u64> = steps.iter().map(|step| mask(&step.groups)).collect();
        let recycled: Vec<bool> = masks.iter().map(|mask| mask & moving != 0).collect();
        let reads = |step: &Step| -> Vec<usize> {
            let mut reads: Vec<usize> = step
                .operands
                .iter()
                .filter_map(|operand| match operand {
                    Source::Step(step) => Some(*step),
                    _ => None,
                })
                .collect();
            reads.sort_unstable();
            reads.dedup();
            reads
        };
        let mut last = vec![0; steps.len()];
        for (index, step) in steps.iter().enumerate() {
            for read in reads(step) {
                last[read] = index;
            }
        }
        for step in wanted {
            last[step] = usize::MAX;
        }
        let (mut buffers, mut free, mut count) = (vec![], vec![], 0);
        for (index, step) in steps.iter().enumerate() {
            let reused = if recycled[index] { free.pop() } else { None };
            buffers.push(reused.unwrap_or_else(|| {
                count += 1;
                count - 1
            }));
            let done = reads(step)
                .into_iter()
                .filter(|read| recycled[*read] && last[*read] == index);
            free.extend(done.map(|read| buffers[read]));
        }
        Self {
            steps,
            masks,
            phases,
            buffers,
            recycled,
            simd,
        }
    }

    /// How many buffers there are.
    pub(crate) fn buffers(&self) -> usize {
        self.buffers.iter().max().map_or(0, |most| most + 1)
    }

    /// The steps of a phase.
    pub(crate) fn phase(&self, phase: usize) -> Range<usize> {
        let start = if phase == 0 {
            0
        } else {
            self.phases[phase - 1]
        };
        start..self.phases[phase]
    }
}

/// One bit for each group.
pub(crate) fn mask(groups: &[usize]) -> u64 {
    groups.iter().fold(0, |mask, group| mask | 1 << group)
}
