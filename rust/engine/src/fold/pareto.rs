//! The combinations that no other one beats in several objectives at once.

use std::cmp::Ordering;

use super::{Fault, kept};
use crate::block::Source;
use crate::error::{Error, Result};
use crate::program::Program;
use crate::run::{Control, gather};
use crate::skyline::{Front, MOST_DIMS, Points};
use crate::tape::Node;
use crate::walk::{Walk, Walker, Wanted};

/// What to compare.
#[derive(Clone, Debug)]
pub struct Pareto {
    /// What shall be small, or (true) large.
    pub objectives: Vec<(Node, bool)>,
    /// Which combinations are compared; all when there is none.
    pub keep: Option<Node>,
}

impl Pareto {
    /// The combinations for which no other one is at least as good in every objective and better in one, by the
    /// objectives one after the other, best first. Of those that are equal in all, the one with the lowest index.
    ///
    /// # Errors
    /// When there are no objectives or too many, a value to compare is not finite, or the run was stopped.
    pub fn run(&self, program: &Program, threads: usize, control: &Control) -> Result<Vec<u64>> {
        if !(1..=MOST_DIMS).contains(&self.objectives.len()) {
            return Err(Error::Invalid(format!(
                "{} objectives; from 1 to {MOST_DIMS} are possible",
                self.objectives.len()
            )));
        }
        let walk = Walk::new(program, &self.wanted())?;
        let thinner = Thinner::new(self, program, &walk);
        let worker = || (walk.walker(), Thinned::new(self.objectives.len()));
        let work = |(walker, thinned): &mut (Walker<'_>, Thinned), chunk| {
            walker.for_each(walk.chunk(chunk), control, |walker, alive| {
                if alive {
                    thinner.absorb(walker, thinned);
                }
                Ok(())
            })
        };
        let mut all = Thinned::new(self.objectives.len());
        for (_, other) in gather(walk.chunks(), threads, worker, work)? {
            all.merge(other);
        }
        all.fault.check(program.tape())?;
        Ok(in_order(&all.front.points()))
    }

    fn nodes(&self) -> impl Iterator<Item = Node> {
        let objectives = self.objectives.iter().map(|(node, _)| *node);
        objectives.chain(self.keep)
    }

    /// What a pass over the combinations computes.
    fn wanted(&self) -> Wanted {
        Wanted {
            keep: self.keep,
            nodes: self.nodes().collect(),
            ..Wanted::default()
        }
    }
}

/// Rows by their points, coordinate after coordinate, the lowest first.
fn in_order(points: &Points) -> Vec<u64> {
    let mut sorted: Vec<(&[f64], u64)> = points.iter().collect();
    sorted.sort_unstable_by(|(a, i), (b, j)| {
        let order = a.partial_cmp(b).unwrap_or(Ordering::Equal);
        order.then(i.cmp(j))
    });
    sorted.into_iter().map(|(_, row)| row).collect()
}

/// What a worker has found.
struct Thinned {
    front: Front,
    fault: Fault,
    scratch: Scratch,
}

/// Buffers for a tile.
struct Scratch {
    values: Vec<Vec<f64>>,
    keep: Vec<f64>,
    new: Points,
}

impl Thinned {
    fn new(dims: usize) -> Self {
        Self {
            front: Front::new(dims),
            fault: Fault::default(),
            scratch: Scratch {
                values: vec![vec![]; dims],
                keep: vec![],
                new: Points::new(dims),
            },
        }
    }

    fn merge(&mut self, other: Self) {
        self.fault.merge(&other.fault);
        self.front.extend(&other.front.points());
    }
}

/// Keeps of the rows of a tile those that may be on the front.
struct Thinner {
    /// The objectives: where they are, and 1 or (what shall be large) −1.
    objectives: Vec<(Node, Source, f64)>,
    keep: Option<Source>,
    /// The groups that anything of this varies over.
    groups: Vec<usize>,
    mask: u64,
    /// The groups of the space that nothing varies over.
    others: Vec<usize>,
}

impl Thinner {
    fn new(pareto: &Pareto, program: &Program, walk: &Walk<'_>) -> Self {
        let masks = pareto.nodes().map(|node| program.masks()[node as usize]);
        let mask = masks.fold(0, |all, mask| all | mask);
        let objectives = pareto.objectives.iter().map(|&(node, largest)| {
            let sign = if largest { -1.0 } else { 1.0 };
            (node, walk.source(node), sign)
        });
        Self {
            objectives: objectives.collect(),
            keep: pareto.keep.map(|keep| walk.source(keep)),
            groups: walk.groups(mask),
            mask,
            others: walk
                .groups(!mask)
                .into_iter()
                .filter(|group| *group < program.space().sizes().len())
                .collect(),
        }
    }

    /// Take the kept rows of a tile into the front.
    fn absorb(&self, walker: &Walker<'_>, thinned: &mut Thinned) {
        // Elsewhere the same values have been seen, in lower rows.
        if self
            .others
            .iter()
            .any(|group| walker.extent().starts[*group] > 0)
        {
            return;
        }
        let Scratch { values, keep, new } = &mut thinned.scratch;
        let keep = self
            .keep
            .as_ref()
            .filter(|source| walker.held(source).not_everywhere)
            .map(|source| walker.values(source, &self.groups, self.mask, keep));
        let columns: Vec<&[f64]> = self
            .objectives
            .iter()
            .zip(values)
            .map(|((_, source, _), copied)| walker.values(source, &self.groups, self.mask, copied))
            .collect();
        new.clear();
        let mut point = vec![0.0; columns.len()];
        for i in (0..walker.size(&self.groups)).filter(|i| kept(keep, *i)) {
            let row = walker.row(&self.groups, i);
            for ((to, column), (node, _, sign)) in
                point.iter_mut().zip(&columns).zip(&self.objectives)
            {
                if !column[i].is_finite() {
                    thinned.fault.note(row, *node, column[i]);
                }
                *to = column[i] * sign;
            }
            if point.iter().all(|value| value.is_finite())
                && !thinned.front.is_dominated(&point, row)
            {
                new.push(&point, row);
            }
        }
        thinned.front.extend(new);
    }
}
