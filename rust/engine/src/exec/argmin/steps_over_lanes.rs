//! Walks with a strip of lanes: conditions first, then what is wanted of the candidates that are legal.

use std::ops::Range;
use std::sync::Arc;

use crate::error::Result;
use crate::exec::evaluator::{Evaluator, Held};
use crate::exec::plan::{Plan, mask};
use crate::exec::program::Program;
use crate::exec::schedule::Scheduled;
use crate::numeric::kernels::{self, Simd};
use crate::space::block::{Extent, Source};
use crate::tape::Node;

use super::lanes::Lanes;
use super::steps::{LANE, Outside, Steps, outside, plan};
use super::strategy::Strategy;

/// What is evaluated on a walk.
#[derive(Debug)]
pub(super) struct Course {
    simd: Simd,
    /// The axes that are walked, the slowest first; lanes run over all others.
    pub(super) walked: Vec<usize>,
    outside: Vec<Outer>,
    /// The sources in which lanes have positions of their own.
    placed: Vec<Source>,
    /// A phase for each guard and one for what is wanted.
    along: Arc<Plan>,
    guards: Vec<Guard>,
    wanted: Source,
}

/// What lanes read.
#[derive(Debug)]
struct Outer {
    source: Source,
    /// Which positions lanes have in it, if they differ.
    placed: Option<usize>,
}

/// A condition that is looked at in every step.
#[derive(Debug)]
struct Guard {
    source: Source,
    /// What it varies over: walked axes and, at least with each strip, lanes.
    groups: u64,
    /// How many of the walked axes, slowest first, it takes to have all that it varies over.
    level: usize,
}

impl Guard {
    fn new(walked: &[usize], source: Source, over: u64) -> Self {
        let axes = walked.iter().enumerate();
        let axes = axes.filter(|(_, axis)| over >> **axis & 1 == 1);
        let groups: Vec<usize> = axes.map(|(axis, _)| axis + 1).chain([LANE]).collect();
        Self {
            source,
            level: groups.iter().max().copied().unwrap_or_default(),
            groups: mask(&groups),
        }
    }
}

impl Course {
    /// A walk over some axes, with what has been computed apart.
    ///
    /// # Errors
    /// When a search among what is evaluated cannot be planned.
    pub(super) fn new(
        program: &Program,
        strategy: &Strategy,
        walked: &[usize],
        guards: &[Node],
        wanted: Node,
        apart: &Scheduled,
    ) -> Result<Self> {
        let nodes = [guards, &[wanted]].concat();
        let read = outside(program, strategy, &nodes);
        let (along, mut sources) = plan(program, strategy, walked, &nodes, &read, apart)?;
        let (outside, placed) = outer(program, !mask(walked), &read, apart);
        let wanted = sources.pop().unwrap_or(Source::Constant(f64::NAN));
        let guards = guards.iter().zip(sources).map(|(node, source)| {
            let over = program.masks()[*node as usize];
            Guard::new(walked, source, over)
        });
        Ok(Self {
            simd: program.simd(),
            walked: walked.to_vec(),
            guards: guards.collect(),
            wanted,
            outside,
            placed,
            along,
        })
    }
}

/// What lanes read, and the sources in which they have positions of their own. They have the same in steps, and in
/// tables, that vary from lane to lane over the same groups: these are innermost in memory.
fn outer(
    program: &Program,
    lanes: u64,
    read: &[Node],
    apart: &Scheduled,
) -> (Vec<Outer>, Vec<Source>) {
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

/// The candidates of a strip at a step of a walk.
pub(super) struct LaneValues<'a> {
    /// The digits of the walked axes, counted from those of the tile.
    pub(super) digits: &'a [usize],
    /// What is wanted, for each lane.
    pub(super) values: &'a [f64],
    /// Which are legal, if not all.
    pub(super) legal: Option<&'a [f64]>,
}

/// Goes along a course.
#[derive(Debug)]
pub(super) struct CourseWalker {
    steps: Steps,
    lanes: usize,
    /// The positions of a strip's lanes, for each of the sources in which they have some.
    places: Vec<Vec<u32>>,
    digits: Vec<usize>,
    held: Vec<Held>,
    legal: Vec<f64>,
    values: Vec<f64>,
}

impl CourseWalker {
    pub(super) fn new(course: &Course) -> Self {
        Self {
            steps: Steps::new(Arc::clone(&course.along)),
            lanes: 0,
            places: vec![vec![]; course.placed.len()],
            digits: vec![0; course.walked.len()],
            held: vec![Held::default(); course.guards.len()],
            legal: vec![],
            values: vec![],
        }
    }

    /// Walk with some lanes of a tile, and visit the steps at which one may be legal.
    pub(super) fn walk(
        &mut self,
        course: &Course,
        apart: &Evaluator,
        extent: &Extent,
        lanes: &Lanes,
        strip: Range<usize>,
        mut visit: impl FnMut(&LaneValues<'_>),
    ) {
        self.lanes = strip.len();
        for (source, places) in course.placed.iter().zip(&mut self.places) {
            lanes.places(apart.strides_of(source), strip.clone(), places);
        }
        self.steps.restart(self.lanes);
        self.digits.fill(0);
        loop {
            let stays = self.check(course, apart);
            if stays.is_none() {
                visit(&self.wanted(course));
            }
            if !self.advance(course, extent, stays.unwrap_or(course.walked.len())) {
                return;
            }
        }
    }

    /// Evaluate what is wanted where a lane may be legal; else say how many walked axes, slowest first, there are of
    /// which one has to move for anything to change.
    fn check(&mut self, course: &Course, apart: &Evaluator) -> Option<usize> {
        let Self {
            steps,
            places,
            digits,
            held,
            ..
        } = self;
        let outside = |which: usize| {
            let Outer { source, placed } = &course.outside[which];
            let (values, offset) = apart.array(source);
            let strides = apart.strides_of(source);
            let walked = course.walked.iter().zip(&*digits);
            let start = offset
                + walked
                    .map(|(group, digit)| strides[*group] * digit)
                    .sum::<usize>();
            match placed {
                Some(placed) => Outside::Each(&values[start..], &places[*placed]),
                None => Outside::One(values[start]),
            }
        };
        for (phase, (guard, held)) in course.guards.iter().zip(held).enumerate() {
            if steps.evaluate(phase, outside) & guard.groups != 0 {
                *held = steps.held(&guard.source);
            }
            if !held.somewhere {
                return Some(guard.level);
            }
        }
        steps.evaluate(course.guards.len(), outside);
        None
    }

    /// What has been evaluated.
    fn wanted<'a>(&'a mut self, course: &'a Course) -> LaneValues<'a> {
        self.legal.clear();
        let guards = course.guards.iter().zip(&self.held);
        let mut partial = guards
            .filter(|(_, held)| held.not_everywhere)
            .map(|(guard, _)| self.steps.get(&guard.source));
        let mut legal = partial.next();
        for guard in partial {
            if self.legal.is_empty() {
                self.legal.extend_from_slice(legal.unwrap_or_default());
            }
            kernels::restrict(course.simd, &mut self.legal, guard);
        }
        if !self.legal.is_empty() {
            legal = Some(&self.legal);
        }
        let mut values = self.steps.get(&course.wanted);
        if values.len() < self.lanes {
            self.values.clear();
            self.values.resize(self.lanes, values[0]);
            values = &self.values;
        }
        LaneValues {
            digits: &self.digits,
            values,
            legal,
        }
    }

    /// On to the next step at which one of the first `stays` walked axes moves; false when there is none.
    fn advance(&mut self, course: &Course, extent: &Extent, stays: usize) -> bool {
        let walked = &course.walked;
        let mut moved = 0;
        for axis in (0..walked.len()).rev() {
            let before = self.digits[axis];
            let more = axis < stays && before + 1 < extent.lens[walked[axis]];
            self.digits[axis] = if more { before + 1 } else { 0 };
            if self.digits[axis] != before {
                moved |= mask(&[axis + 1]);
            }
            if more {
                self.steps.moved(moved);
                return true;
            }
        }
        false
    }
}
