//! How many combinations are kept.

use crate::error::Result;
use crate::kernel;
use crate::program::Program;
use crate::run::{Control, gather};
use crate::tape::Node;
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
        let Some(keep) = self.keep else {
            let all = program.space().combinations();
            return control.advance(all).map(|()| all);
        };
        let wanted = Wanted {
            keep: self.keep,
            nodes: vec![keep],
            ..Wanted::default()
        };
        let walk = Walk::new(program, &wanted)?;
        let (source, mask) = (walk.source(keep), program.masks()[keep as usize]);
        let groups = walk.groups(mask);
        let worker = || (walk.walker(), 0, vec![]);
        let work = |(walker, count, copied): &mut (Walker<'_>, u64, Vec<f64>), chunk| {
            walker.for_each(walk.chunk(chunk), control, |walker, alive| {
                if alive {
                    let mut held = 0;
                    let values = walker.values(&source, &groups, mask, copied);
                    kernel::count(program.simd(), values, &mut held);
                    *count += held as u64 * (walker.rows() / walker.size(&groups) as u64);
                }
                Ok(())
            })
        };
        let counts = gather(walk.chunks(), threads, worker, work)?;
        Ok(counts.iter().map(|(_, count, _)| count).sum())
    }
}
