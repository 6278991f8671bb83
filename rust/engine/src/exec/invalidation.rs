//! Which steps of a plan are due: those that vary over a group that has moved since.

use std::sync::Arc;

use crate::exec::plan::Plan;

/// More sets of groups that move at once than a walk over a space has; where boxes are cut in any way, old ones are
/// forgotten.
const MOVES: usize = 64;

/// Keeps track of what has moved.
#[derive(Debug)]
pub(crate) struct Due {
    plan: Arc<Plan>,
    /// For each phase, the groups that have moved since it was last evaluated.
    stale: Vec<u64>,
    /// For each phase, the steps to evaluate when some groups have moved.
    known: Vec<Vec<(u64, Arc<[usize]>)>>,
}

impl Due {
    /// Nothing has been evaluated.
    pub(crate) fn new(plan: Arc<Plan>) -> Self {
        Self {
            stale: vec![u64::MAX; plan.phases.len()],
            known: vec![vec![]; plan.phases.len()],
            plan,
        }
    }

    /// Some groups have moved.
    pub(crate) fn moved(&mut self, groups: u64) {
        for stale in &mut self.stale {
            *stale |= groups;
        }
    }

    /// The groups that have moved since a phase was last evaluated, and its steps that are to be evaluated now.
    pub(crate) fn take(&mut self, phase: usize) -> (u64, Arc<[usize]>) {
        let stale = std::mem::take(&mut self.stale[phase]);
        let known = self.known[phase].iter().find(|(moved, _)| *moved == stale);
        let due = match known {
            Some((_, due)) => Arc::clone(due),
            None => self.find(phase, stale),
        };
        (stale, due)
    }

    fn find(&mut self, phase: usize, stale: u64) -> Arc<[usize]> {
        let plan = &self.plan;
        let due: Arc<[usize]> = plan
            .phase(phase)
            .filter(|&step| {
                stale == u64::MAX || plan.recycled[step] || plan.masks[step] & stale != 0
            })
            .collect();
        if self.known[phase].len() == MOVES {
            self.known[phase].clear();
        }
        self.known[phase].push((stale, Arc::clone(&due)));
        due
    }
}
