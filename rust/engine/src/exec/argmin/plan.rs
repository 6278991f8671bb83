//! All that is known of a search before it begins.

use crate::error::Result;
use crate::exec::plan::mask;
use crate::exec::program::Program;
use crate::exec::schedule::{Scheduled, schedule};
use crate::numeric::kernels::Simd;
use crate::space::block::Source;
use crate::tape::Node;

use super::steps::outside;
use super::steps_over_lanes::Course;
use super::strategy::Strategy;

/// All that is known of a search before it begins.
#[derive(Debug)]
pub(super) struct SearchPlan {
    pub(super) strategy: Strategy,
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
    /// The way to floors, if there are any.
    pub(super) floor: Option<Course>,
    /// The way to objectives.
    pub(super) objective: Course,
}

impl SearchPlan {
    /// Plan the first search of a program.
    ///
    /// # Errors
    /// When a search inside it cannot be planned.
    pub(super) fn new(program: &Program, objective: Node, among: Node) -> Result<Self> {
        let strategy = Strategy::new(program, objective, among)?;
        let over = mask(&strategy.walked);
        let is_early =
            |guard: &Node| strategy.floor.is_some() && program.masks()[*guard as usize] & over == 0;
        // What does not vary over the axes that are left to walk is looked at with the floors.
        let (early, late): (Vec<Node>, Vec<Node>) =
            strategy.guards.iter().partition(|guard| is_early(guard));
        let wanted = [&strategy.guards[..], &[objective]].concat();
        let phases = [strategy.gates.clone(), outside(program, &strategy, &wanted)];
        let apart = schedule(program, &phases, &strategy.memory, None)?;
        let course = |walked: &[usize], guards: &[Node], wanted: Node| {
            Course::new(program, &strategy, walked, guards, wanted, &apart)
        };
        let floor = strategy
            .floor
            .map(|floor| course(&strategy.ranked, &early, floor));
        let gates = strategy.gates.iter().map(|gate| apart.source(*gate));
        Ok(Self {
            simd: program.simd(),
            sizes: program.sizes().to_vec(),
            outer: program.space().sizes().len(),
            strides: strides(program),
            gates: gates.collect(),
            floor: floor.transpose()?,
            objective: course(&strategy.walked, &late, objective)?,
            apart,
            strategy,
        })
    }

    /// How many digits of each group are searched together.
    pub(super) fn cuts(&self) -> &[usize] {
        &self.strategy.cuts
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
