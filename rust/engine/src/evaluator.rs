//! Evaluation over a box: each node on its own sub-box, broadcast by stride.

use std::sync::Arc;

use crate::block::{Extent, Source};
use crate::kernel::{self, Lines, Operand, Simd};
use crate::loops::{ARRAYS, Loops, copy, dense, only};
use crate::plan::{Action, Plan};
use crate::space::MAX_GROUPS;

/// What depends on the lengths of a box alone.
#[derive(Debug)]
struct Shape {
    lens: Vec<usize>,
    steps: Vec<StepShape>,
}

#[derive(Debug)]
struct StepShape {
    values: usize,
    strides: Vec<usize>,
    loops: Loops,
}

/// More shapes than a walk over a space has; where boxes are cut in any way, old ones are forgotten.
const SHAPES: usize = 32;
/// Likewise for the sets of groups that move at once.
const MOVES: usize = 64;

/// Values that begin where a cache line does, so that no vector lies across two.
#[derive(Clone, Debug, Default)]
struct Buffer {
    values: Vec<f64>,
    start: usize,
}

/// The size of a cache line.
const CACHE_LINE: usize = 64;

impl Buffer {
    /// Make room for so many values; those it has are lost.
    fn reserve(&mut self, values: usize) {
        if self.values.len() < self.start + values {
            self.values = vec![0.0; values + CACHE_LINE / size_of::<f64>()];
            self.start = self.values.as_ptr().align_offset(CACHE_LINE);
        }
    }

    fn get(&self) -> &[f64] {
        &self.values[self.start..]
    }

    fn get_mut(&mut self) -> &mut [f64] {
        &mut self.values[self.start..]
    }
}

/// Whether a truth value holds somewhere, and whether it fails somewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) somewhere: bool,
    pub(crate) not_everywhere: bool,
}

impl Held {
    fn see(&mut self, simd: Simd, values: &[f64]) {
        let mut held = 0;
        kernel::count(simd, values, &mut held);
        self.somewhere |= held > 0;
        self.not_everywhere |= held < values.len();
    }
}

/// Evaluates a plan over one box after another, each step only when a group it varies over has moved.
#[derive(Debug)]
pub(crate) struct Evaluator {
    plan: Arc<Plan>,
    extent: Extent,
    shapes: Vec<Arc<Shape>>,
    shape: Arc<Shape>,
    /// For each phase, the groups that have moved since it was last evaluated.
    stale: Vec<u64>,
    /// For each phase, the steps to evaluate when some groups have moved.
    due: Vec<Vec<(u64, Arc<[usize]>)>>,
    results: Vec<Buffer>,
    gathered: [Vec<f64>; ARRAYS],
}

impl Evaluator {
    pub(crate) fn new(plan: Arc<Plan>) -> Self {
        let buffers = plan.buffers.iter().max().map_or(0, |most| most + 1);
        let nothing = Shape {
            lens: vec![],
            steps: vec![],
        };
        Self {
            extent: Extent::default(),
            shapes: vec![],
            shape: Arc::new(nothing),
            stale: vec![u64::MAX; plan.phases.len()],
            due: vec![vec![]; plan.phases.len()],
            results: vec![Buffer::default(); buffers],
            gathered: Default::default(),
            plan,
        }
    }

    /// Move to a box. Its phases are then to be evaluated, one after the other, as far as they are needed.
    pub(crate) fn enter(&mut self, extent: &Extent) {
        let mut moved = u64::MAX;
        if !self.shapes.is_empty() && self.extent.lens.len() == extent.lens.len() {
            let changed = |now: &[usize], before: &[usize]| {
                let groups = now.iter().zip(before).enumerate();
                groups.fold(0, |moved, (group, (now, before))| {
                    moved | u64::from(now != before) << group
                })
            };
            let reshaped = changed(&extent.lens, &self.extent.lens);
            moved = reshaped | changed(&extent.starts, &self.extent.starts);
            self.extent.starts.copy_from_slice(&extent.starts);
            if reshaped != 0 {
                self.extent.lens.copy_from_slice(&extent.lens);
                self.reshape();
            }
        } else {
            self.extent.clone_from(extent);
            self.reshape();
        }
        for stale in &mut self.stale {
            *stale |= moved;
        }
    }

    /// Evaluate a phase; those before it are evaluated.
    pub(crate) fn evaluate(&mut self, phase: usize) {
        let stale = std::mem::take(&mut self.stale[phase]);
        let known = self.due[phase].iter().find(|(moved, _)| *moved == stale);
        let due = match known {
            Some((_, due)) => Arc::clone(due),
            None => self.find_due(phase, stale),
        };
        for &step in due.iter() {
            self.run(step);
        }
    }

    fn find_due(&mut self, phase: usize, stale: u64) -> Arc<[usize]> {
        let plan = &self.plan;
        let due: Arc<[usize]> = plan
            .phase(phase)
            .filter(|&step| {
                stale == u64::MAX || plan.recycled[step] || plan.masks[step] & stale != 0
            })
            .collect();
        if self.due[phase].len() == MOVES {
            self.due[phase].clear();
        }
        self.due[phase].push((stale, Arc::clone(&due)));
        due
    }

    /// Where in the box a truth value holds.
    pub(crate) fn held(&self, source: &Source) -> Held {
        let (mut held, simd) = (Held::default(), self.plan.simd);
        match source {
            Source::Constant(value) => held.see(simd, &[*value]),
            Source::Step(step) => held.see(simd, self.result(*step)),
            Source::Table { strides, .. } => {
                let lens = self.extent.lens.iter().enumerate();
                let varies = lens.filter(|(group, len)| strides[*group] > 0 && **len > 1);
                let groups: Vec<usize> = varies.map(|(group, _)| group).collect();
                let mut values = vec![0.0; self.extent.values(&groups)];
                self.copy(source, &groups, &mut values);
                held.see(simd, &values);
            }
        }
        held
    }

    /// The values of a source over the box, if they lie densely over just those groups (of more than one digit here)
    /// of a mask, in memory order.
    pub(crate) fn dense(&self, source: &Source, over: u64) -> Option<&[f64]> {
        let Source::Step(step) = source else {
            return None;
        };
        let different = self.plan.masks[*step] ^ over;
        let mut lens = self.extent.lens.iter().enumerate();
        lens.all(|(group, len)| different >> group & 1 == 0 || *len == 1)
            .then(|| self.result(*step))
    }

    /// The values of a source over the box, in the order of `groups`, written to `out`.
    pub(crate) fn copy(&self, source: &Source, groups: &[usize], out: &mut [f64]) {
        if let Source::Constant(value) = source {
            out.fill(*value);
            return;
        }
        let (values, offset) = self.array(source);
        let loops = Loops::new(groups, &self.extent.lens, &[self.strides_of(source)]);
        copy(values, offset, &loops, out);
    }

    /// The values of a step over the box.
    pub(crate) fn result(&self, step: usize) -> &[f64] {
        &self.results[self.plan.buffers[step]].get()[..self.shape.steps[step].values]
    }

    fn reshape(&mut self) {
        let known = self
            .shapes
            .iter()
            .find(|shape| shape.lens == self.extent.lens);
        self.shape = if let Some(shape) = known {
            Arc::clone(shape)
        } else {
            let shape = Arc::new(self.new_shape());
            if self.shapes.len() == SHAPES {
                self.shapes.clear();
            }
            self.shapes.push(Arc::clone(&shape));
            shape
        };
        for (step, buffer) in self.shape.steps.iter().zip(&self.plan.buffers) {
            self.results[*buffer].reserve(step.values);
        }
    }

    fn new_shape(&self) -> Shape {
        let lens = self.extent.lens.clone();
        let mut steps: Vec<StepShape> = vec![];
        for step in &self.plan.steps {
            let over: &[usize] = match &step.action {
                Action::Winner { over } => over,
                _ => &[],
            };
            let arrays: Vec<&[usize]> = step
                .operands
                .iter()
                .map(|operand| match operand {
                    Source::Constant(_) => &ZEROS[..lens.len()],
                    Source::Table { strides, .. } => strides,
                    Source::Step(step) => &steps[*step].strides,
                })
                .collect();
            let groups: Vec<usize> = step
                .groups
                .iter()
                .copied()
                .filter(|group| !over.contains(group))
                .collect();
            let loops = Loops::new(&groups, &lens, &arrays);
            steps.push(StepShape {
                values: self.extent.values(&step.groups),
                strides: dense(&step.groups, &lens),
                loops,
            });
        }
        Shape { lens, steps }
    }

    fn strides_of<'a>(&'a self, source: &'a Source) -> &'a [usize] {
        match source {
            Source::Constant(_) => &ZEROS[..self.extent.lens.len()],
            Source::Table { strides, .. } => strides,
            Source::Step(step) => &self.shape.steps[*step].strides,
        }
    }

    /// The array behind a source, and where the box begins in it.
    #[inline]
    fn array<'a>(&'a self, source: &'a Source) -> (&'a [f64], usize) {
        match source {
            Source::Constant(value) => (std::slice::from_ref(value), 0),
            Source::Table { values, strides } => {
                let starts = strides.iter().zip(&self.extent.starts);
                (values, starts.map(|(stride, start)| stride * start).sum())
            }
            Source::Step(step) => (self.results[self.plan.buffers[*step]].get(), 0),
        }
    }

    fn run(&mut self, index: usize) {
        let buffer = self.plan.buffers[index];
        let mut result = std::mem::take(&mut self.results[buffer]);
        let mut gathered = std::mem::take(&mut self.gathered);
        let out = &mut result.get_mut()[..self.shape.steps[index].values];
        if let Action::Winner { over } = &self.plan.steps[index].action {
            self.search(index, over, out, &mut gathered);
        } else {
            self.elementwise(index, out, &mut gathered);
        }
        self.gathered = gathered;
        self.results[buffer] = result;
    }

    #[inline]
    fn elementwise(&self, index: usize, out: &mut [f64], gathered: &mut [Vec<f64>; ARRAYS]) {
        let (step, loops) = (&self.plan.steps[index], &self.shape.steps[index].loops);
        let (simd, lines) = (self.plan.simd, loops.lines);
        let mut arrays: [&[f64]; ARRAYS] = [&[]; ARRAYS];
        let mut offsets = [0; ARRAYS];
        for (which, operand) in step.operands.iter().enumerate() {
            (arrays[which], offsets[which]) = self.array(operand);
        }
        loops.for_each(offsets, |at, place| {
            let out = &mut out[place];
            let mut operands = [Operand::All(&[], 0); ARRAYS];
            let spaces = gathered.iter_mut().enumerate().take(step.operands.len());
            for (which, space) in spaces {
                operands[which] = loops.operand(which, arrays[which], at[which], space);
            }
            let [first, second, third, ..] = operands;
            match &step.action {
                Action::Unary(op) => kernel::unary(simd, *op, lines, out, first),
                Action::Binary(op) => kernel::binary(simd, *op, lines, out, first, second),
                Action::Chain(ops) => {
                    kernel::chain(simd, ops, lines, out, first, &operands[1..=ops.len()]);
                }
                Action::Where => kernel::select(simd, lines, out, first, second, third),
                Action::Pick { values, stride } => {
                    kernel::pick(simd, lines, out, first, values, *stride);
                }
                Action::Winner { .. } => {}
            }
        });
    }

    fn search(
        &self,
        index: usize,
        over: &[usize],
        out: &mut [f64],
        gathered: &mut [Vec<f64>; ARRAYS],
    ) {
        let (step, loops) = (&self.plan.steps[index], &self.shape.steps[index].loops);
        let (objectives, objective_start) = self.array(&step.operands[0]);
        let (legals, legal_start) = self.array(&step.operands[1]);
        let arrays: [&[usize]; 2] = [
            self.strides_of(&step.operands[0]),
            self.strides_of(&step.operands[1]),
        ];
        // Every candidate is one step of loops of which none is a run.
        let candidates = Loops {
            outer: over
                .iter()
                .map(|&group| {
                    let mut strides = [0; ARRAYS];
                    strides[..2].copy_from_slice(&arrays.map(|array| array[group]));
                    (self.extent.lens[group], strides)
                })
                .collect(),
            lines: Lines { count: 1, run: 1 },
            line: [0; ARRAYS],
            step: [0; ARRAYS],
        };
        let mut best = vec![f64::INFINITY; out.len()];
        out.fill(f64::NAN);
        let mut starts = only(objective_start);
        starts[1] = legal_start;
        candidates.for_each(starts, |start, candidate| {
            loops.for_each(start, |at, place| {
                let [first, second, ..] = &mut *gathered;
                kernel::take_minimum(
                    self.plan.simd,
                    loops.lines,
                    &mut best[place.clone()],
                    &mut out[place],
                    loops.operand(0, objectives, at[0], first),
                    loops.operand(1, legals, at[1], second),
                    candidate.start as f64,
                );
            });
        });
    }
}

static ZEROS: [usize; MAX_GROUPS] = [0; MAX_GROUPS];
