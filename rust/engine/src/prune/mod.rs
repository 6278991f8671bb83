//! Exact answers without a look at most of the space.
//!
//! Two things leave out what cannot win, each only what is proven of computed numbers to do so. *Dominance*
//! ([`reduce`]): some axes reach all that is asked for through a few nodes, and a combination of their digits is left
//! out where an earlier one is at least as good in all of these. *Bounds* ([`boxes`]): intervals enclose what is asked
//! for over boxes of the space, tables of many values by pyramids of their extremes ([`pyramid`]).

mod boxes;
mod branch_and_bound;
mod dominance;
mod equivalence;
mod factors;
mod frontier;
pub(crate) mod monotonicity;
mod order;
mod pairwise;
mod partitions;
mod pyramid;
mod separators;
mod spread;
mod subspace;
mod tables;
#[cfg(test)]
mod tests;

pub(crate) use branch_and_bound::{BoxRef, Ended, Verdict, View, Visitor};

use boxes::Boxes;
use branch_and_bound::BranchAndBound;
use spread::Spread;
use tables::{Tabulable, with_tables};

use crate::error::Result;
use crate::exec::program::Program;
use crate::numeric::interval::Interval;
use crate::numeric::scalar;
use crate::prune::monotonicity::Direction;
use crate::run::Control;
use crate::tape::{Node, Op};

/// What is asked for, as far as it decides what can be left out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Goal {
    /// What is minimised or maximised.
    pub(crate) objectives: Vec<(Node, Direction)>,
    /// Which combinations count; all when there is none.
    pub(crate) keep: Option<Node>,
    /// What tells combinations apart that are asked for one by one.
    pub(crate) apart: Vec<Node>,
}

/// A condition: what a truth value must be.
pub(crate) type Literal = (Node, bool);

/// Whether a condition is met by a value.
fn is_met((_, holds): Literal, value: f64) -> bool {
    scalar::holds(value) == holds
}

impl Goal {
    /// All nodes that are looked at: what matters, and the conditions one by one.
    fn looked_at(&self, program: &Program) -> Vec<Node> {
        let conditions = program.tape().literals(self.keep).into_iter();
        self.nodes()
            .into_iter()
            .chain(conditions.map(|(node, _)| node))
            .collect()
    }

    /// All nodes that matter.
    pub(crate) fn nodes(&self) -> Vec<Node> {
        let objectives = self.objectives.iter().map(|(node, _)| *node);
        objectives
            .chain(self.keep)
            .chain(self.apart.iter().copied())
            .collect()
    }

    /// What is wanted of the nodes that matter, where these are enclosed. Conditions that all must be met are wanted one
    /// by one.
    fn wanted(&self, program: &Program, intervals: &[Interval]) -> Vec<(Node, Direction)> {
        let conditions = program.tape().literals(self.keep).into_iter();
        let conditions = conditions.map(|(node, holds)| {
            let direction = Direction::of(holds);
            (node, direction.as_truth(intervals[node as usize]))
        });
        let apart = self.apart.iter().map(|node| (*node, Direction::Fixed));
        self.objectives
            .iter()
            .copied()
            .chain(conditions)
            .chain(apart)
            .collect()
    }
}

/// A part of the space that has all the answers.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) program: Program,
    /// What each digit of each group adds to the number of a combination's cell; nothing where all are in one.
    pub(crate) adds: Vec<Vec<u32>>,
}

/// It takes about so many rows as long to be evaluated as it takes to make and bound one value of a table.
const ROWS_PER_VALUE: u64 = 1 << 4;

/// Whether it is worth asking what of a program can be left out. It always is where that is asked for any space.
///
/// # Errors
/// When a node does not exist.
pub(crate) fn is_worth(program: &Program, goal: &Goal) -> Result<bool> {
    let (rows, least) = (program.space().combinations(), program.blocks().prune_rows);
    if rows < least || program.draws_group().is_some() {
        return Ok(false);
    }
    let values = Tabulable::new(program, &goal.looked_at(program))?.in_all();
    Ok(least == 0 || values.saturating_mul(ROWS_PER_VALUE) <= rows)
}

/// A box of no more rows is evaluated.
const BOX_ROWS: u64 = 1 << 8;
/// It takes about so many rows as long to be evaluated as it takes to enclose one node over a box: a search that has
/// enclosed more is not worth its while,
const ROWS_PER_NODE: u64 = 1 << 6;
/// nor one of so many boxes.
const MOST_BOXES: u64 = 1 << 23;

impl Part {
    /// All of a program.
    pub(crate) fn new(program: &Program, adds: &[Vec<u32>]) -> Self {
        Self {
            program: program.clone(),
            adds: adds.to_vec(),
        }
    }

    /// Some points of the product of some groups as one group, the first.
    fn listed(&self, groups: &[usize], points: &[usize], goal: &Goal) -> Result<Self> {
        let program = self.program.listed(groups, points, &goal.nodes())?;
        let spread = Spread::new(groups, self.program.sizes());
        let mut cells = vec![0; spread.points()];
        let celled = |group: &usize| !self.adds[*group].is_empty();
        for &group in groups.iter().filter(|group| celled(group)) {
            let adds = self.adds[group].iter().map(|add| f64::from(*add));
            let adds = spread.out(&[group], &adds.collect::<Vec<f64>>());
            cells
                .iter_mut()
                .zip(adds)
                .for_each(|(cell, add)| *cell += add as u32);
        }
        let first = if groups.iter().any(celled) {
            points.iter().map(|point| cells[*point]).collect()
        } else {
            vec![]
        };
        let others = (0..self.adds.len()).filter(|group| !groups.contains(group));
        let others = others.map(|group| self.adds[group].clone());
        Ok(Self {
            program,
            adds: std::iter::once(first).chain(others).collect(),
        })
    }

    /// The same combinations, with tables of what has few values.
    pub(crate) fn with_tables(
        mut self,
        goal: &Goal,
        threads: usize,
        control: &Control,
    ) -> Result<Self> {
        self.program = with_tables(&self.program, goal, threads, control)?;
        Ok(self)
    }

    /// What encloses all that is looked at.
    fn boxes(&self, goal: &Goal, threads: usize, control: &Control) -> Result<Boxes<'_>> {
        let wanted = goal.looked_at(&self.program);
        let most = Tabulable::new(&self.program, &wanted)?.most();
        Boxes::new(&self.program, &wanted, most.other, threads, control)
    }

    /// Look for an answer box by box; what the visitors found, and how it ended: it is given up where it is not worth
    /// its while.
    pub(crate) fn searched<S: Visitor + Send>(
        &self,
        goal: &Goal,
        threads: usize,
        control: &Control,
        visitor: impl Fn() -> S + Sync,
    ) -> Result<(Vec<S>, Ended)> {
        let program = &self.program;
        let boxes = self.boxes(goal, threads, control)?;
        let conditions = program.tape().literals(goal.keep).into_iter();
        let compared = conditions.flat_map(|(node, _)| match program.tape().ops()[node as usize] {
            Op::Binary(_, a, b) => vec![a, b],
            _ => vec![],
        });
        let bounded = goal
            .objectives
            .iter()
            .map(|(node, _)| *node)
            .chain(compared)
            .collect();
        let cells = (0..self.adds.len()).filter(|group| !self.adds[*group].is_empty());
        let rows = program.space().combinations();
        let search = BranchAndBound {
            boxes: &boxes,
            rows: BOX_ROWS,
            most: (rows / (ROWS_PER_NODE * boxes.nodes() as u64)).min(MOST_BOXES),
            bounded,
            first: cells.collect(),
        };
        search.run(threads, control, visitor)
    }
}
