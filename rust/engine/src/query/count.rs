//! How many combinations are kept.

use crate::error::Result;
use crate::exec::program::Program;
use crate::exec::walk::{Walk, Walker, Wanted};
use crate::numeric::kernels::{self, Simd};
use crate::numeric::scalar;
use crate::prune::{Ended, Goal, Literal, Part, Place, Verdict, View, Visitor, is_worth};
use crate::run::{Control, gather};
use crate::space::block::Source;
use crate::tape::{Binary, Node};

/// What to count.
#[derive(Clone, Debug)]
pub struct Count {
    /// Which combinations are kept; all when there is none.
    pub keep: Option<Node>,
}

impl Count {
    /// How many combinations are kept.
    ///
    /// # Errors
    /// When the condition does not exist, or the run was stopped.
    pub fn run(&self, program: &Program, threads: usize, control: &Control) -> Result<u64> {
        let all = program.space().combinations();
        let Some(keep) = self.keep else {
            return control.advance(all).map(|()| all);
        };
        // What the condition does not vary over is not gone through.
        let program = &program.over(&program.groups(keep))?;
        let times = all / program.space().combinations();
        let control = &control.scaled(times as f64);
        let count = match self.sought(program, threads, control)? {
            Some(count) => count,
            None => self.walked(program, threads, control)?,
        };
        control.finish(all);
        Ok(count * times)
    }

    /// The count row by row.
    fn walked(&self, program: &Program, threads: usize, control: &Control) -> Result<u64> {
        let walk = Walk::new(program, &self.wanted())?;
        let counter = Counter::new(program, &walk, self.keep);
        let worker = || (walk.walker(), CountScratch::default(), 0);
        let work = |(walker, scratch, count): &mut (Walker<'_>, CountScratch, u64), chunk| {
            walker.for_each(walk.chunk(chunk), control, |walker, alive| {
                if alive {
                    *count += counter.count(walker, scratch);
                }
                Ok(())
            })
        };
        let workers = gather(walk.chunks(), threads, worker, work)?;
        Ok(workers.iter().map(|(_, _, count)| count).sum())
    }

    /// The count box by box, if that is worth its while.
    fn sought(&self, program: &Program, threads: usize, control: &Control) -> Result<Option<u64>> {
        let goal = Goal {
            keep: self.keep,
            ..Goal::default()
        };
        if !is_worth(program, &goal)? {
            return Ok(None);
        }
        let part = Part::new(program, &[]).with_tables(&goal, threads, control)?;
        let walk = Walk::new(&part.program, &self.wanted())?;
        let counter = Counter::new(&part.program, &walk, self.keep);
        let conditions = part.program.tape().literals(self.keep);
        let visitor = || CountVisitor {
            counter: &counter,
            conditions: &conditions,
            walker: walk.walker(),
            scratch: CountScratch::default(),
            count: 0,
            control,
        };
        let (visitors, ended) = part.searched(&goal, threads, control, visitor)?;
        let complete = ended == Ended::Complete;
        Ok(complete.then(|| visitors.iter().map(|visitor| visitor.count).sum()))
    }

    fn wanted(&self) -> Wanted {
        Wanted {
            keep: self.keep,
            ..Wanted::default()
        }
    }
}

/// Counts box by box.
struct CountVisitor<'a> {
    counter: &'a Counter<'a>,
    conditions: &'a [Literal],
    walker: Walker<'a>,
    scratch: CountScratch,
    count: u64,
    control: &'a Control,
}

impl Visitor for CountVisitor<'_> {
    fn judge(&self, view: &View<'_>) -> Verdict {
        if view.excludes_any(self.conditions) || view.ensures_all(self.conditions) {
            return Verdict::Decided;
        }
        // Small boxes first: so few of them wait.
        Verdict::Open(view.place.rows() as f64)
    }

    fn decided(&mut self, view: &View<'_>) {
        if view.ensures_all(self.conditions) {
            self.count += view.place.rows();
        }
    }

    fn evaluate(&mut self, place: &Place<'_>) -> Result<()> {
        if self.walker.visit(&place.extent(), self.control)? {
            self.count += self.counter.count(&self.walker, &mut self.scratch);
        }
        Ok(())
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
