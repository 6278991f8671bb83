//! Evaluation over a region: each node on its own sub-box, broadcast by stride.

use std::sync::Arc;

use crate::kernel::{self, Operand, Simd};
use crate::math;
use crate::tape::{Binary, Unary};

/// A box of all groups, those of searches included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Extent {
    pub(crate) starts: Vec<usize>,
    pub(crate) lens: Vec<usize>,
}

impl Extent {
    /// How many values a node over these groups has here.
    pub(crate) fn values(&self, groups: &[usize]) -> usize {
        groups.iter().map(|group| self.lens[*group]).product()
    }
}

/// Where the values of a node are.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// One value for all combinations.
    Constant(f64),
    /// A table over the whole of its groups, with the stride of every group (0 for those it does not vary over).
    Table {
        values: Arc<[f64]>,
        strides: Vec<usize>,
    },
    /// The result of a step, over its groups in the region.
    Step(usize),
}

impl Source {
    /// A dense table over groups, the last one fastest.
    pub(crate) fn table(values: Arc<[f64]>, groups: &[usize], sizes: &[usize]) -> Self {
        Self::Table {
            values,
            strides: dense(groups, sizes),
        }
    }
}

/// The strides of a dense array over groups, the last one fastest; 0 for the groups it does not vary over.
fn dense(groups: &[usize], lens: &[usize]) -> Vec<usize> {
    let mut strides = vec![0; lens.len()];
    let mut stride = 1;
    for &group in groups.iter().rev() {
        strides[group] = stride;
        stride *= lens[group];
    }
    strides
}

/// What a step does.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    Unary(Unary),
    Binary(Binary),
    Where,
    /// The best candidate over these groups, the first one outermost.
    Winner {
        over: Vec<usize>,
    },
    /// The value of a search's axis at a winner: `values[winner / stride % len]`.
    Pick {
        values: Vec<f64>,
        stride: usize,
    },
}

/// One node's evaluation.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) action: Action,
    /// The groups it varies over, in memory order.
    pub(crate) groups: Vec<usize>,
    pub(crate) operands: Vec<Source>,
}

/// Nested loops over an array and the arrays it is made of: the innermost over a run, the others around it.
#[derive(Clone, Debug, Default)]
struct Loops {
    /// Length, and the stride of each operand, outermost first.
    outer: Vec<(usize, Vec<usize>)>,
    /// The innermost length.
    run: usize,
    /// The innermost stride of each operand.
    strides: Vec<usize>,
}

impl Loops {
    /// Loops over `groups`, of arrays with these strides. Groups that every array crosses alike become one loop.
    fn new(groups: &[usize], lens: &[usize], arrays: &[&[usize]]) -> Self {
        let mut loops: Vec<(usize, Vec<usize>)> = vec![];
        for &group in groups.iter().filter(|group| lens[**group] > 1) {
            let strides: Vec<usize> = arrays.iter().map(|array| array[group]).collect();
            match loops.last_mut() {
                Some((len, above))
                    if above
                        .iter()
                        .zip(&strides)
                        .all(|(above, below)| *above == below * lens[group]) =>
                {
                    *len *= lens[group];
                    *above = strides;
                }
                _ => loops.push((lens[group], strides)),
            }
        }
        let (run, strides) = loops.pop().unwrap_or_else(|| (1, vec![0; arrays.len()]));
        Self {
            outer: loops,
            run,
            strides,
        }
    }

    /// Call `each` with the offset of every array at the start of each run.
    fn for_each(&self, offsets: &[usize], mut each: impl FnMut(&[usize])) {
        let mut at = offsets.to_vec();
        let mut digits = vec![0; self.outer.len()];
        loop {
            each(&at);
            let mut level = self.outer.len();
            loop {
                if level == 0 {
                    return;
                }
                level -= 1;
                let (len, strides) = &self.outer[level];
                digits[level] += 1;
                if digits[level] < *len {
                    for (at, stride) in at.iter_mut().zip(strides) {
                        *at += stride;
                    }
                    break;
                }
                digits[level] = 0;
                for (at, stride) in at.iter_mut().zip(strides) {
                    *at -= stride * (len - 1);
                }
            }
        }
    }
}

/// Evaluates steps over one extent after another, each step only when a group it varies over has moved.
#[derive(Debug)]
pub(crate) struct Evaluator {
    steps: Arc<[Step]>,
    masks: Vec<u64>,
    simd: Simd,
    extent: Extent,
    fresh: bool,
    results: Vec<Vec<f64>>,
    strides: Vec<Vec<usize>>,
    loops: Vec<Loops>,
    gathered: [Vec<f64>; 3],
}

impl Evaluator {
    pub(crate) fn new(steps: Arc<[Step]>, simd: Simd) -> Self {
        let masks = steps.iter().map(|step| mask(&step.groups)).collect();
        let count = steps.len();
        Self {
            steps,
            masks,
            simd,
            extent: Extent::default(),
            fresh: true,
            results: vec![vec![]; count],
            strides: vec![vec![]; count],
            loops: vec![Loops::default(); count],
            gathered: Default::default(),
        }
    }

    /// Evaluate every step over the extent.
    pub(crate) fn enter(&mut self, extent: &Extent) {
        let reshaped = self.fresh || self.extent.lens != extent.lens;
        let moved = if self.fresh {
            u64::MAX
        } else {
            let groups = 0..extent.lens.len();
            groups
                .filter(|&group| {
                    self.extent.starts[group] != extent.starts[group]
                        || self.extent.lens[group] != extent.lens[group]
                })
                .fold(0, |mask, group| mask | 1 << group)
        };
        self.extent.clone_from(extent);
        if reshaped {
            self.reshape();
        }
        for step in 0..self.steps.len() {
            if self.fresh || self.masks[step] & moved != 0 {
                self.run(step);
            }
        }
        self.fresh = false;
    }

    /// The values of a source over the extent, in the order of `groups`, written to `out`.
    pub(crate) fn copy(&self, source: &Source, groups: &[usize], out: &mut [f64]) {
        if let Source::Constant(value) = source {
            out.fill(*value);
            return;
        }
        let (values, offset) = self.array(source);
        let loops = Loops::new(groups, &self.extent.lens, &[self.strides_of(source)]);
        let mut done = 0;
        loops.for_each(&[offset], |at| {
            let out = &mut out[done..done + loops.run];
            match loops.strides[0] {
                0 => out.fill(values[at[0]]),
                1 => out.copy_from_slice(&values[at[0]..at[0] + loops.run]),
                stride => {
                    for (out, value) in out.iter_mut().zip(values[at[0]..].iter().step_by(stride)) {
                        *out = *value;
                    }
                }
            }
            done += loops.run;
        });
    }

    fn reshape(&mut self) {
        for index in 0..self.steps.len() {
            let step = &self.steps[index];
            self.results[index].resize(self.extent.values(&step.groups), 0.0);
            self.strides[index] = dense(&step.groups, &self.extent.lens);
            let over: &[usize] = if let Action::Winner { over } = &step.action {
                over
            } else {
                &[]
            };
            let loops = {
                let mut arrays: Vec<&[usize]> = step
                    .operands
                    .iter()
                    .map(|operand| self.strides_of(operand))
                    .collect();
                arrays.push(&self.strides[index]);
                let groups: Vec<usize> = step
                    .groups
                    .iter()
                    .copied()
                    .filter(|group| !over.contains(group))
                    .collect();
                Loops::new(&groups, &self.extent.lens, &arrays)
            };
            self.loops[index] = loops;
        }
    }

    fn strides_of<'a>(&'a self, source: &'a Source) -> &'a [usize] {
        match source {
            Source::Constant(_) => &ZEROS[..self.extent.lens.len()],
            Source::Table { strides, .. } => strides,
            Source::Step(step) => &self.strides[*step],
        }
    }

    /// The array behind a source, and where the extent begins in it.
    fn array<'a>(&'a self, source: &'a Source) -> (&'a [f64], usize) {
        match source {
            Source::Constant(value) => (std::slice::from_ref(value), 0),
            Source::Table { values, strides } => (
                values,
                strides
                    .iter()
                    .zip(&self.extent.starts)
                    .map(|(stride, start)| stride * start)
                    .sum(),
            ),
            Source::Step(step) => (&self.results[*step], 0),
        }
    }

    fn run(&mut self, index: usize) {
        let mut out = std::mem::take(&mut self.results[index]);
        let mut gathered = std::mem::take(&mut self.gathered);
        if let Action::Winner { over } = &self.steps[index].action {
            self.search(index, over, &mut out, &mut gathered);
        } else {
            self.elementwise(index, &mut out, &mut gathered);
        }
        self.gathered = gathered;
        self.results[index] = out;
    }

    fn elementwise(&self, index: usize, out: &mut [f64], gathered: &mut [Vec<f64>; 3]) {
        let (step, loops, simd) = (&self.steps[index], &self.loops[index], self.simd);
        let arrays: Vec<(&[f64], usize)> = step
            .operands
            .iter()
            .map(|operand| self.array(operand))
            .collect();
        let mut offsets: Vec<usize> = arrays.iter().map(|(_, offset)| *offset).collect();
        offsets.push(0);
        loops.for_each(&offsets, |at| {
            let [first, second, third] = gathered;
            let operand = |which: usize, space| {
                operand(
                    arrays[which].0,
                    at[which],
                    loops.strides[which],
                    loops.run,
                    space,
                )
            };
            let start = at[arrays.len()];
            let out = &mut out[start..start + loops.run];
            match &step.action {
                Action::Unary(op) => match operand(0, first) {
                    Operand::Each(a) => kernel::unary(simd, *op, out, a),
                    Operand::All(a) => out.fill(math::unary(*op, a)),
                },
                Action::Binary(op) => {
                    kernel::binary(simd, *op, out, operand(0, first), operand(1, second));
                }
                Action::Where => kernel::select(
                    simd,
                    out,
                    operand(0, first),
                    operand(1, second),
                    operand(2, third),
                ),
                Action::Pick { values, stride } => {
                    let winners = operand(0, first);
                    for (i, out) in out.iter_mut().enumerate() {
                        let winner = match winners {
                            Operand::Each(winners) => winners[i],
                            Operand::All(winner) => winner,
                        };
                        *out = if winner.is_nan() {
                            f64::NAN
                        } else {
                            values[winner as usize / stride % values.len()]
                        };
                    }
                }
                Action::Winner { .. } => {}
            }
        });
    }

    fn search(&self, index: usize, over: &[usize], out: &mut [f64], gathered: &mut [Vec<f64>; 3]) {
        let (step, loops, simd) = (&self.steps[index], &self.loops[index], self.simd);
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
                    (
                        self.extent.lens[group],
                        arrays.map(|array| array[group]).to_vec(),
                    )
                })
                .collect(),
            run: 1,
            strides: vec![0; 2],
        };
        let mut best = vec![f64::INFINITY; out.len()];
        out.fill(f64::NAN);
        let mut candidate = 0.0;
        candidates.for_each(&[objective_start, legal_start], |start| {
            loops.for_each(&[start[0], start[1], 0], |at| {
                let [first, second, _] = &mut *gathered;
                let rows = at[2]..at[2] + loops.run;
                let objective = operand(objectives, at[0], loops.strides[0], loops.run, first);
                let among = operand(legals, at[1], loops.strides[1], loops.run, second);
                kernel::take_minimum(
                    simd,
                    &mut best[rows.clone()],
                    &mut out[rows],
                    objective,
                    among,
                    candidate,
                );
            });
            candidate += 1.0;
        });
    }
}

/// A run of an array as a kernel takes it; values that are not next to each other are gathered first.
fn operand<'a>(
    values: &'a [f64],
    start: usize,
    stride: usize,
    run: usize,
    gathered: &'a mut Vec<f64>,
) -> Operand<'a> {
    match stride {
        0 => Operand::All(values[start]),
        1 => Operand::Each(&values[start..start + run]),
        _ => {
            gathered.clear();
            gathered.extend(values[start..].iter().step_by(stride).take(run));
            Operand::Each(gathered)
        }
    }
}

/// One bit for each group.
pub(crate) fn mask(groups: &[usize]) -> u64 {
    groups.iter().fold(0, |mask, group| mask | 1 << group)
}

static ZEROS: [usize; crate::space::MAX_GROUPS] = [0; crate::space::MAX_GROUPS];
