//! All that is known of a search before it begins.

use std::sync::Arc;

use crate::block::Source;
use crate::error::Result;
use crate::kernel::Simd;
use crate::plan::{Plan, mask};
use crate::program::Program;
use crate::schedule::{Scheduled, schedule};
use crate::tape::Node;

use super::layout::Layout;
use super::steps::{LANE, outside, plan};

/// What is computed for a search, and in which order.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) layout: Layout,
    pub(super) simd: Simd,
    /// The sizes of all groups.
    pub(super) sizes: Vec<usize>,
    /// How many groups are the space's.
    pub(super) outer: usize,
    /// How many candidates lie between two digits of each group.
    pub(super) strides: Vec<usize>,
    /// What is computed apart from the lanes: first what the gates are made of, then the rest.
    pub(super) apart: Scheduled,
    pub(super) gates: Vec<Source>,
    pub(super) outside: Vec<Outer>,
    /// The sources in which lanes have positions of their own.
    pub(super) placed: Vec<Source>,
    /// What is computed along lanes, a phase for each guard and one for the objective.
    pub(super) along: Arc<Plan>,
    pub(super) guards: Vec<Guard>,
    pub(super) objective: Source,
}

/// What lanes read.
#[derive(Debug)]
pub(super) struct Outer {
    pub(super) source: Source,
    /// Which positions lanes have in it, if they differ.
    pub(super) placed: Option<usize>,
}

/// A condition that is looked at in every step.
#[derive(Debug)]
pub(super) struct Guard {
    pub(super) source: Source,
    /// What it varies over: walked axes and, at least with each strip, lanes.
    pub(super) groups: u64,
    /// How many of the walked axes, slowest first, it takes to have all that it varies over.
    pub(super) level: usize,
}

impl Guard {
    fn new(layout: &Layout, source: Source, over: u64) -> Self {
        let axes = layout.walked.iter().enumerate();
        let axes = axes.filter(|(_, axis)| over >> **axis & 1 == 1);
        let groups: Vec<usize> = axes.map(|(axis, _)| axis + 1).chain([LANE]).collect();
        Self {
            source,
            level: groups.iter().max().copied().unwrap_or_default(),
            groups: mask(&groups),
        }
    }
}

impl Task {
    /// Plan the first search of a program.
    ///
    /// # Errors
    /// When a search inside it cannot be planned.
    pub(super) fn new(program: &Program, objective: Node, among: Node) -> Result<Self> {
        let layout = Layout::new(program, objective, among)?;
        let wanted = [&layout.guards[..], &[objective]].concat();
        let read = outside(program, &layout, &wanted);
        let phases = [layout.gates.clone(), read.clone()];
        let apart = schedule(program, &phases, &layout.memory, None)?;
        let (steps, mut sources) = plan(program, &layout, &wanted, &read, &apart)?;
        let objective = sources.pop().unwrap_or(Source::Constant(f64::NAN));
        let guards = layout.guards.iter().zip(sources).map(|(node, source)| {
            let over = program.masks()[*node as usize];
            Guard::new(&layout, source, over)
        });
        let (outside, placed) = outer(program, &layout, &read, &apart);
        let gates = layout.gates.iter().map(|gate| apart.source(*gate));
        Ok(Self {
            simd: program.simd(),
            sizes: program.sizes().to_vec(),
            outer: program.space().sizes().len(),
            strides: strides(program),
            gates: gates.collect(),
            guards: guards.collect(),
            objective,
            outside,
            placed,
            along: steps,
            apart,
            layout,
        })
    }

    /// How many digits of each group are searched together.
    pub(super) fn cuts(&self) -> &[usize] {
        &self.layout.cuts
    }
}

/// How many candidates of the first search lie between two digits of each group.
fn strides(program: &Program) -> Vec<usize> {
    let mut strides = vec![0; program.sizes().len()];
    for (axis, group) in program.searched(0).enumerate() {
        strides[group] = program.tape().searches()[0].stride(axis);
    }
    strides
}

/// What lanes read, and the sources in which they have positions of their own. They have the same in steps, and in
/// tables, that vary from lane to lane over the same groups: these are innermost in memory.
fn outer(
    program: &Program,
    layout: &Layout,
    read: &[Node],
    apart: &Scheduled,
) -> (Vec<Outer>, Vec<Source>) {
    let lanes = mask(&layout.lanes);
    let mut known: Vec<(u64, bool)> = vec![];
    let mut placed = vec![];
    let outside = read.iter().map(|node| {
        let source = apart.source(*node);
        let over = program.masks()[*node as usize] & lanes;
        let key = (over, source.step().is_some());
        let place = known.iter().position(|known| *known == key);
        let place = place.or_else(|| {
            (over != 0).then(|| {
                known.push(key);
                placed.push(source.clone());
                known.len() - 1
            })
        });
        Outer {
            source,
            placed: place,
        }
    });
    (outside.collect(), placed)
}
