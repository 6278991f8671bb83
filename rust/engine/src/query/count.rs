//! How many combinations are kept.

use std::ops::Range;

use super::scan::{Scan, box_by_box, over_boxes, over_rows};
use crate::error::Result;
use crate::exec::program::Program;
use crate::exec::walk::{Walk, Walker, Wanted};
use crate::numeric::kernels::{self, Simd};
use crate::numeric::scalar;
use crate::prune::{Goal, Literal, Part, Verdict, View, is_worth};
use crate::run::Control;
use crate::space::block::Source;
use crate::tape::{Binary, Node};

/// What to count.
#[derive(Clone, Debug)]
pub struct Count {
    /// Which combinations are kept; all when there is none.
    pub keep: Option<Node>,
}

impl Count {
    /// How many combinations of a range are kept.
    ///
    /// # Errors
    /// When the condition or the range does not exist, or the run was stopped.
    pub fn run(
        &self,
        program: &Program,
        rows: &Range<u64>,
        threads: usize,
        control: &Control,
    ) -> Result<u64> {
        let Some(keep) = self.keep else {
            let all = rows.end.saturating_sub(rows.start);
            return control.advance(all).map(|()| all);
        };
        let mut count = 0;
        box_by_box(program, rows, control, |_, part| {
            count += self.in_box(keep, part, threads, control)?;
            Ok(())
        })?;
        Ok(count)
    }

    fn in_box(
        &self,
        keep: Node,
        program: &Program,
        threads: usize,
        control: &Control,
    ) -> Result<u64> {
        let all = program.space().combinations();
        // What the condition does not vary over is not gone through.
        let program = &program.over(&program.groups(keep))?;
        let times = all / program.space().combinations();
        let control = &control.scaled(times as f64);
        Ok(self.counted(program, threads, control)? * times)
    }

    /// The count, by branch and bound if that is worth its while.
    fn counted(&self, program: &Program, threads: usize, control: &Control) -> Result<u64> {
        let goal = Goal {
            keep: self.keep,
            ..Goal::default()
        };
        if !is_worth(program, &goal)? {
            return self.walked(program, threads, control);
        }
        let part = Part::new(program, &[]).with_tables(&goal, threads, control)?;
        let walk = Walk::new(&part.program, &self.wanted())?;
        let counter = Counter::new(&part.program, &walk, self.keep);
        let fallback = || self.walked(program, threads, control);
        over_boxes(&counter, &walk, (&part, &goal), threads, control, fallback)
    }

    /// The count row by row.
    fn walked(&self, program: &Program, threads: usize, control: &Control) -> Result<u64> {
        let walk = Walk::new(program, &self.wanted())?;
        let counter = Counter::new(program, &walk, self.keep);
        over_rows(&counter, &walk, threads, control, || 0)
    }

    fn wanted(&self) -> Wanted {
        Wanted {
            keep: self.keep,
            ..Wanted::default()
        }
    }
}

/// One of the truth values that must all hold.
struct Condition {
    source: Source,
    mask: u64,
}

/// Counts the rows of tiles.
struct Counter<'a> {
    walk: &'a Walk<'a>,
    simd: Simd,
    conditions: Vec<Condition>,
    /// The truth values that decide which boxes count.
    literals: Vec<Literal>,
}

/// Buffers for a tile.
#[derive(Default)]
struct CountScratch {
    all: Vec<f64>,
    copied: Vec<f64>,
}

impl<'a> Counter<'a> {
    fn new(program: &Program, walk: &'a Walk<'a>, keep: Option<Node>) -> Self {
        let conditions = program.tape().conjuncts(keep).into_iter();
        let conditions = conditions.map(|node| Condition {
            source: walk.source(node),
            mask: program.masks()[node as usize],
        });
        Self {
            walk,
            simd: program.simd(),
            conditions: conditions.collect(),
            literals: program.tape().literals(keep),
        }
    }

    /// How many rows of a tile are kept. Only conditions that fail somewhere in it are looked at, over their groups.
    fn count(&self, walker: &Walker<'_>, scratch: &mut CountScratch) -> u64 {
        let fails = |condition: &&Condition| walker.held(&condition.source).not_everywhere;
        let open: Vec<&Condition> = self.conditions.iter().filter(fails).collect();
        let mask = open.iter().fold(0, |mask, open| mask | open.mask);
        let groups = self.walk.groups(mask);
        let CountScratch { all, copied } = scratch;
        all.clear();
        all.resize(walker.size(&groups), 1.0);
        for condition in open {
            let values = walker.values(&condition.source, &groups, mask, copied);
            for (all, value) in all.iter_mut().zip(values) {
                *all = scalar::binary(Binary::Both, *all, *value);
            }
        }
        let mut held = 0;
        kernels::count(self.simd, all, &mut held);
        held as u64 * (walker.rows() / all.len() as u64)
    }
}

impl Scan for Counter<'_> {
    type State = u64;
    type Scratch = CountScratch;

    fn nothing(&self) -> u64 {
        0
    }

    fn absorb(&self, walker: &Walker<'_>, scratch: &mut CountScratch, count: &mut u64) {
        *count += self.count(walker, scratch);
    }

    fn merge(&self, count: &mut u64, other: u64) {
        *count += other;
    }

    fn judge(&self, view: &View<'_>, _: &u64) -> Verdict {
        if view.excludes_any(&self.literals) || view.ensures_all(&self.literals) {
            return Verdict::Pruned;
        }
        // Small boxes first: so few of them wait.
        Verdict::Open(view.place.rows() as f64)
    }

    fn decided(&self, view: &View<'_>, count: &mut u64) {
        if view.ensures_all(&self.literals) {
            *count += view.place.rows();
        }
    }
}
