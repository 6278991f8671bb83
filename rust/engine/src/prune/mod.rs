//! Exact answers without a look at most of the space.
//!
//! Three things leave out what cannot win, each only what is proven of computed numbers to do so. *Dominance*
//! ([`reduce`]): some axes reach all that is asked for through a few nodes, and a combination of their digits is left
//! out where an earlier one is at least as good in all of these. *Bounds* ([`boxes`]): intervals enclose what is asked
//! for over boxes of the space, tables of many values by pyramids of their extremes ([`pyramid`]).

mod boxes;
mod pyramid;
mod reduce;
mod search;
mod tables;

pub use search::Effort;
pub(crate) use search::{Place, Seeker, Verdict, View};

use boxes::Boxes;
use search::Search;
use tables::{most_values, with_tables};

use crate::demand::Demand;
use crate::error::Result;
use crate::program::Program;
use crate::run::Control;
use crate::tape::{Node, Op};

/// What is asked for, as far as it decides what can be left out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Goal {
    /// What shall be small, or large.
    pub(crate) objectives: Vec<(Node, Demand)>,
    /// Which combinations count; all when there is none.
    pub(crate) keep: Option<Node>,
    /// What tells combinations apart that are asked for one by one.
    pub(crate) apart: Vec<Node>,
}

impl Goal {
    /// All nodes that matter.
    pub(crate) fn nodes(&self) -> Vec<Node> {
        let objectives = self.objectives.iter().map(|(node, _)| *node);
        objectives
            .chain(self.keep)
            .chain(self.apart.iter().copied())
            .collect()
    }

    /// What is wanted of the nodes that matter. Conditions that all must hold are wanted one by one.
    fn wanted(&self, program: &Program) -> Vec<(Node, Demand)> {
        let conditions = program.tape().conjuncts(self.keep).into_iter();
        let conditions = conditions.map(|node| (node, Demand::Large));
        let apart = self.apart.iter().map(|node| (*node, Demand::Same));
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

/// A box of no more rows is evaluated.
const BOX_ROWS: u64 = 1 << 12;
/// A search that cuts the space into more boxes than one for so many rows is not worth its while,
const ROWS_PER_BOX: u64 = 1 << 6;
/// nor one of so many boxes.
const MOST_BOXES: u64 = 1 << 23;

impl Part {
    /// The same combinations, with tables of what has few values.
    pub(crate) fn with_tables(
        mut self,
        goal: &Goal,
        threads: usize,
        control: &Control,
    ) -> Result<Self> {
        let wanted = goal.nodes();
        let most = most_values(&self.program, &wanted)?;
        self.program = with_tables(&self.program, &wanted, most, threads, control)?;
        Ok(self)
    }

    /// Look for an answer box by box; what the seekers found, and how much they looked at. None where that is not
    /// worth its while.
    pub(crate) fn searched<S: Seeker + Send>(
        &self,
        goal: &Goal,
        threads: usize,
        control: &Control,
        seeker: impl Fn() -> S + Sync,
    ) -> Result<(Vec<S>, Option<Effort>)> {
        let (program, wanted) = (&self.program, goal.nodes());
        let most = most_values(program, &wanted)?;
        let boxes = Boxes::new(program, &wanted, most, threads, control)?;
        let conditions = program.tape().conjuncts(goal.keep).into_iter();
        let compared = conditions.flat_map(|node| match program.tape().ops()[node as usize] {
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
        let search = Search {
            boxes: &boxes,
            rows: BOX_ROWS,
            most: (rows / ROWS_PER_BOX).min(MOST_BOXES),
            bounded,
            first: cells.collect(),
        };
        search.run(threads, control, seeker)
    }
}
