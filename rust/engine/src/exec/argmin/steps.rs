//! What is evaluated for all lanes at each step of a walk.

use std::sync::Arc;

use crate::error::Result;
use crate::exec::buffer::Buffer;
use crate::exec::evaluator::Held;
use crate::exec::fuse::fuse;
use crate::exec::invalidation::Due;
use crate::exec::plan::{Action, Plan, Step, mask};
use crate::exec::program::Program;
use crate::exec::schedule::Scheduled;
use crate::numeric::kernels::{self, Lines, Operand};
use crate::space::block::Source;
use crate::space::loops::ARRAYS;
use crate::tape::Node;

use super::strategy::Strategy;

/// The group of the lanes; that of the how-many-th walked axis is one more than its number.
pub(super) const LANE: usize = 0;

/// Which nodes lanes need for some: those computed for every lane, and those that are computed apart and read by them.
pub(super) fn reached(program: &Program, strategy: &Strategy, wanted: &[Node]) -> Vec<bool> {
    let ops = program.tape().ops();
    let mut reached = vec![false; ops.len()];
    for &node in wanted {
        reached[node as usize] = true;
    }
    for (node, op) in ops.iter().enumerate().rev() {
        if reached[node] && !strategy.is_apart(op, program.masks()[node]) {
            for operand in op.operands() {
                reached[operand as usize] = true;
            }
        }
    }
    reached
}

/// Which nodes are computed apart from the lanes and read by them, ascending, when some are wanted.
pub(super) fn outside(program: &Program, strategy: &Strategy, wanted: &[Node]) -> Vec<Node> {
    let ops = program.tape().ops();
    let reached = reached(program, strategy, wanted);
    let is_outside = |node: &Node| {
        let node = *node as usize;
        reached[node] && strategy.is_apart(&ops[node], program.masks()[node])
    };
    (0..ops.len() as Node).filter(is_outside).collect()
}

/// The steps along lanes that run over all axes but those walked, a phase for each of the wanted nodes, and where
/// these are.
///
/// # Errors
/// When a search among them cannot be planned.
pub(super) fn plan(
    program: &Program,
    strategy: &Strategy,
    walked: &[usize],
    wanted: &[Node],
    outside: &[Node],
    scheduled: &Scheduled,
) -> Result<(Arc<Plan>, Vec<Source>)> {
    let ops = program.tape().ops();
    let mut sources: Vec<Option<Source>> = vec![None; ops.len()];
    let mut steps = vec![];
    let mut ends = vec![];
    let lanes = !mask(walked);
    let groups = |mask: u64| {
        let axes = walked.iter().enumerate();
        let axes = axes
            .filter(|(_, group)| mask >> **group & 1 == 1)
            .map(|(i, _)| i + 1);
        let lane = (mask & lanes != 0).then_some(LANE);
        lane.into_iter().chain(axes).collect()
    };
    for node in wanted {
        let reached = reached(program, strategy, &[*node]);
        for node in (0..ops.len()).filter(|node| reached[*node]) {
            let mask = program.masks()[node];
            if sources[node].is_some() {
                continue;
            }
            let place = outside.binary_search(&(node as Node)).ok();
            let (action, operands) = match (place, scheduled.source(node as Node)) {
                (Some(_), Source::Constant(value)) => {
                    sources[node] = Some(Source::Constant(value));
                    continue;
                }
                (Some(place), _) => (Action::Outside(place), vec![]),
                (None, _) => {
                    let Some(action) = program.action(node as Node)? else {
                        continue;
                    };
                    let operands = ops[node].operands().into_iter();
                    let operands = operands.filter_map(|operand| sources[operand as usize].clone());
                    (action, operands.collect())
                }
            };
            steps.push(Step {
                action,
                groups: groups(mask),
                operands,
            });
            sources[node] = Some(Source::Step(steps.len() - 1));
        }
        ends.push(steps.len());
    }
    let mut sources: Vec<Source> = wanted
        .iter()
        .filter_map(|node| sources[*node as usize].clone())
        .collect();
    let read =
        |sources: &[Source]| -> Vec<usize> { sources.iter().filter_map(Source::step).collect() };
    let wanted = read(&sources);
    let steps = fuse(steps, &mut ends, &mut sources, &wanted);
    let fastest = walked.iter().rposition(|group| strategy.cuts[*group] > 1);
    let moving = fastest.map_or(0, |axis| mask(&[axis + 1]));
    let plan = Plan::new(steps, ends, read(&sources), moving, program.simd());
    Ok((Arc::new(plan), sources))
}

/// Values from outside of the lanes.
pub(super) enum Outside<'a> {
    /// One for all lanes.
    One(f64),
    /// The position of each lane's in some.
    Each(&'a [f64], &'a [u32]),
}

/// Evaluates steps along lanes.
#[derive(Debug)]
pub(super) struct Steps {
    plan: Arc<Plan>,
    due: Due,
    results: Vec<Buffer>,
    lanes: usize,
}

impl Steps {
    pub(super) fn new(plan: Arc<Plan>) -> Self {
        Self {
            due: Due::new(Arc::clone(&plan)),
            results: vec![Buffer::default(); plan.buffers()],
            lanes: 0,
            plan,
        }
    }

    /// Begin with other lanes.
    pub(super) fn restart(&mut self, lanes: usize) {
        self.lanes = lanes;
        self.due.moved(u64::MAX);
        for result in &mut self.results {
            result.reserve(lanes);
        }
    }

    /// Some groups have moved.
    pub(super) fn moved(&mut self, groups: u64) {
        self.due.moved(groups);
    }

    /// Evaluate a phase; those before it are evaluated. The groups that have moved since it last was.
    pub(super) fn evaluate<'a>(
        &mut self,
        phase: usize,
        outside: impl Fn(usize) -> Outside<'a>,
    ) -> u64 {
        let (moved, due) = self.due.take(phase);
        for &step in due.iter() {
            self.run(step, &outside);
        }
        moved
    }

    fn run<'a>(&mut self, index: usize, outside: impl Fn(usize) -> Outside<'a>) {
        let buffer = self.plan.buffers[index];
        let mut result = std::mem::take(&mut self.results[buffer]);
        let simd = self.plan.simd;
        let out = &mut result.get_mut()[..self.values(index)];
        match &self.plan.steps[index].action {
            Action::Outside(which) => match outside(*which) {
                Outside::One(value) => out.fill(value),
                Outside::Each(values, places) => kernels::gather(simd, out, values, places),
            },
            action => {
                let lines = Lines {
                    count: 1,
                    run: out.len(),
                };
                let mut operands = [Operand::All(&[], 0); ARRAYS];
                for (operand, source) in operands.iter_mut().zip(&self.plan.steps[index].operands) {
                    *operand = match self.get(source) {
                        [value] => Operand::All(std::slice::from_ref(value), 0),
                        values => Operand::Each(values, 0),
                    };
                }
                action.apply(simd, lines, out, &operands);
            }
        }
        self.results[buffer] = result;
    }

    fn values(&self, step: usize) -> usize {
        let along = self.plan.steps[step].groups.first() == Some(&LANE);
        if along { self.lanes } else { 1 }
    }

    /// The values of a source: one for each lane, or one.
    pub(super) fn get<'a>(&'a self, source: &'a Source) -> &'a [f64] {
        match source {
            Source::Constant(value) => std::slice::from_ref(value),
            Source::Table { values, .. } => values,
            Source::Step(step) => {
                &self.results[self.plan.buffers[*step]].get()[..self.values(*step)]
            }
        }
    }

    /// Where a truth value holds.
    pub(super) fn held(&self, source: &Source) -> Held {
        let mut held = Held::default();
        held.see(self.plan.simd, self.get(source));
        held
    }
}
