//! Evaluation over a box: each node on its own sub-box, broadcast by stride.

use std::collections::HashMap;
use std::sync::Arc;

use crate::error::Result;
use crate::exec::aggregate::Folder;
use crate::exec::argmin::Scan;
use crate::exec::buffer::Buffer;
use crate::exec::invalidation::Due;
use crate::exec::plan::{Action, Plan};
use crate::numeric::kernels::{self, Operand, Simd};
use crate::run::Control;
use crate::space::MAX_GROUPS;
use crate::space::block::{Extent, Source};
use crate::space::loops::{ARRAYS, Loops, copy, dense, only};
use crate::tape::Fold;

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

/// Whether a truth value holds somewhere, and whether it fails somewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) somewhere: bool,
    pub(crate) not_everywhere: bool,
}

impl Held {
    pub(crate) fn see(&mut self, simd: Simd, values: &[f64]) {
        let mut held = 0;
        kernels::count(simd, values, &mut held);
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
    due: Due,
    results: Vec<Buffer>,
    gathered: [Vec<f64>; ARRAYS],
    /// What the steps that are searches work with.
    scans: HashMap<usize, Option<Scan>>,
    folder: Folder,
}

impl Evaluator {
    pub(crate) fn new(plan: Arc<Plan>) -> Self {
        let nothing = Shape {
            lens: vec![],
            steps: vec![],
        };
        Self {
            extent: Extent::default(),
            shapes: vec![],
            shape: Arc::new(nothing),
            due: Due::new(Arc::clone(&plan)),
            results: vec![Buffer::default(); plan.buffers()],
            gathered: Default::default(),
            scans: HashMap::new(),
            folder: Folder::default(),
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
        self.due.moved(moved);
    }

    /// Evaluate a phase; those before it are evaluated.
    ///
    /// # Errors
    /// When the run shall stop; only searches look for that.
    pub(crate) fn evaluate(&mut self, phase: usize, control: &Control) -> Result<()> {
        let (_, due) = self.due.take(phase);
        due.iter().try_for_each(|step| self.run(*step, control))
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
            let arrays: Vec<&[usize]> = step
                .operands
                .iter()
                .map(|operand| match operand {
                    Source::Constant(_) => &ZEROS[..lens.len()],
                    Source::Table { strides, .. } => strides,
                    Source::Step(step) => &steps[*step].strides,
                })
                .collect();
            let loops = Loops::new(&step.groups, &lens, &arrays);
            steps.push(StepShape {
                values: self.extent.values(&step.groups),
                strides: dense(&step.groups, &lens),
                loops,
            });
        }
        Shape { lens, steps }
    }

    /// How many values lie between two digits of each group in the array behind a source.
    pub(crate) fn strides_of<'a>(&'a self, source: &'a Source) -> &'a [usize] {
        match source {
            Source::Constant(_) => &ZEROS[..self.extent.lens.len()],
            Source::Table { strides, .. } => strides,
            Source::Step(step) => &self.shape.steps[*step].strides,
        }
    }

    /// The array behind a source, and where the box begins in it.
    #[inline]
    pub(crate) fn array<'a>(&'a self, source: &'a Source) -> (&'a [f64], usize) {
        match source {
            Source::Constant(value) => (std::slice::from_ref(value), 0),
            Source::Table { values, strides } => {
                let starts = strides.iter().zip(&self.extent.starts);
                (values, starts.map(|(stride, start)| stride * start).sum())
            }
            Source::Step(step) => (self.results[self.plan.buffers[*step]].get(), 0),
        }
    }

    fn run(&mut self, index: usize, control: &Control) -> Result<()> {
        let buffer = self.plan.buffers[index];
        let mut result = std::mem::take(&mut self.results[buffer]);
        let out = &mut result.get_mut()[..self.shape.steps[index].values];
        let step = &self.plan.steps[index];
        let done = if let Action::Winner(searcher) = &step.action {
            let scan = self.scans.entry(index).or_default();
            searcher.read(scan, &step.groups, &self.extent, out, control)
        } else if let Action::Expand(leaf) = &step.action {
            leaf.read(&step.groups, &self.extent, out);
            Ok(())
        } else if let Action::Fold(fold, group) = step.action {
            let mut folder = std::mem::take(&mut self.folder);
            self.fold(index, fold, group, out, &mut folder);
            self.folder = folder;
            Ok(())
        } else {
            let mut gathered = std::mem::take(&mut self.gathered);
            self.elementwise(index, out, &mut gathered);
            self.gathered = gathered;
            Ok(())
        };
        self.results[buffer] = result;
        done
    }

    /// Fold the values over a group, one line of them after the other.
    fn fold(&self, index: usize, fold: Fold, group: usize, out: &mut [f64], folder: &mut Folder) {
        let (step, loops) = (&self.plan.steps[index], &self.shape.steps[index].loops);
        let operand = &step.operands[0];
        let (values, start) = self.array(operand);
        let varies = self
            .strides_of(operand)
            .get(group)
            .is_some_and(|stride| *stride > 0);
        let draws = if varies { self.extent.lens[group] } else { 1 };
        loops.for_each(only(start), |[at, ..], place| {
            for (line, out) in out[place].chunks_exact_mut(loops.lines.run).enumerate() {
                let first = at + line * loops.line[0];
                for (which, out) in out.iter_mut().enumerate() {
                    let values = &values[first + which * loops.step[0]..][..draws];
                    *out = folder.fold(self.plan.simd, fold, values);
                }
            }
        });
    }

    #[inline]
    fn elementwise(&self, index: usize, out: &mut [f64], gathered: &mut [Vec<f64>; ARRAYS]) {
        let (step, loops) = (&self.plan.steps[index], &self.shape.steps[index].loops);
        let mut arrays: [&[f64]; ARRAYS] = [&[]; ARRAYS];
        let mut offsets = [0; ARRAYS];
        for (which, operand) in step.operands.iter().enumerate() {
            (arrays[which], offsets[which]) = self.array(operand);
        }
        loops.for_each(offsets, |at, place| {
            let mut operands = [Operand::All(&[], 0); ARRAYS];
            let spaces = gathered.iter_mut().enumerate().take(step.operands.len());
            for (which, space) in spaces {
                operands[which] = loops.operand(which, arrays[which], at[which], space);
            }
            step.action
                .apply(self.plan.simd, loops.lines, &mut out[place], &operands);
        });
    }
}

static ZEROS: [usize; MAX_GROUPS] = [0; MAX_GROUPS];
