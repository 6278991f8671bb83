//! How many combinations are kept.

use crate::block::Source;
use crate::error::Result;
use crate::kernel::{self, Simd};
use crate::math;
use crate::program::Program;
use crate::run::{Control, gather};
use crate::tape::{Binary, Node};
use crate::walk::{Walk, Walker, Wanted};

/// What to count.
#[derive(Clone, Copy, Debug)]
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
        let wanted = Wanted {
            keep: self.keep,
            ..Wanted::default()
        };
        let walk = Walk::new(program, &wanted)?;
        let conditions = program.tape().conjuncts(self.keep).into_iter();
        let conditions = conditions.map(|node| Condition {
            source: walk.source(node),
            mask: program.masks()[node as usize],
        });
        let counter = Counter {
            walk: &walk,
            simd: program.simd(),
            conditions: conditions.collect(),
        };
        let worker = || (walk.walker(), Scratch::default(), 0);
        let uncounted = control.uncounted();
        let work = |(walker, scratch, count): &mut (Walker<'_>, Scratch, u64), chunk| {
            walker.for_each(walk.chunk(chunk), &uncounted, |walker, alive| {
                if alive {
                    *count += counter.count(walker, scratch);
                }
                control.advance(walker.rows() * times)
            })
        };
        let workers = gather(walk.chunks(), threads, worker, work)?;
        let count: u64 = workers.iter().map(|(_, _, count)| count).sum();
        Ok(count * times)
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
struct Scratch {
    all: Vec<f64>,
    copied: Vec<f64>,
}

impl Counter<'_> {
    /// How many rows of a tile are kept. Only conditions that fail somewhere in it are looked at, over their groups.
    fn count(&self, walker: &Walker<'_>, scratch: &mut Scratch) -> u64 {
        let fails = |condition: &&Condition| walker.held(&condition.source).not_everywhere;
        let open: Vec<&Condition> = self.conditions.iter().filter(fails).collect();
        let mask = open.iter().fold(0, |mask, open| mask | open.mask);
        let groups = self.walk.groups(mask);
        let Scratch { all, copied } = scratch;
        all.clear();
        all.resize(walker.size(&groups), 1.0);
        for condition in open {
            let values = walker.values(&condition.source, &groups, mask, copied);
            for (all, value) in all.iter_mut().zip(values) {
                *all = math::binary(Binary::Both, *all, *value);
            }
        }
        let mut held = 0;
        kernel::count(self.simd, all, &mut held);
        held as u64 * (walker.rows() / all.len() as u64)
    }
}
