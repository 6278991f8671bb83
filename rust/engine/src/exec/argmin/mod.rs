//! Searches: for each combination of what a search depends on, which of its candidates is the best.
//!
//! A search is a program of its own ([`subprogram`]): over the axes that it depends on, of which digits that make no
//! difference are one. It is evaluated box by box ([`scan`]): the structure of the axes says which candidates can be
//! legal, and these become *lanes* ([`lanes`]); the axes that matter little to that are walked, and at each step of the
//! walk ([`steps_over_lanes`]) all lanes are evaluated together ([`steps`]). Where a cheap part of the objective bounds it
//! ([`lower_bound`]), that comes first, and only what may still win is evaluated in full, the most promising first
//! ([`queue`]). What is kept is the number of each winner ([`winners`]).

mod lanes;
mod live_axes;
mod lower_bound;
mod plan;
mod queue;
mod scan;
mod steps;
mod steps_over_lanes;
mod strategy;
mod subprogram;
mod winners;

use std::sync::Arc;

use crate::error::Result;
use crate::exec::leaf::{DigitClasses, gather};
use crate::exec::program::Program;
use crate::run::Control;
use crate::space::block::Extent;
use crate::tape::Node;

use live_axes::LiveAxes;
use plan::SearchPlan;
pub(crate) use scan::Scan;
use subprogram::Subprogram;
use winners::{Grid, Kept, NONE};

/// Finds the winners of a search in the space of a program.
#[derive(Debug)]
pub(crate) struct Searcher {
    /// The groups that the search depends on, ascending.
    groups: Vec<usize>,
    /// What each digit of each of these groups is inside of the search.
    digits: Vec<Vec<usize>>,
    winners: Arc<Winners>,
}

/// The winners of a search in a space of its own.
#[derive(Debug)]
struct Winners {
    /// The digits of the search's axes that are looked at.
    live: LiveAxes,
    plan: SearchPlan,
    grid: Grid,
    /// None if there are too many.
    kept: Option<Kept>,
}

impl Winners {
    /// Find those of a box of a grid.
    fn find(
        &self,
        scan: &mut Option<Scan>,
        grid: &Grid,
        number: usize,
        found: &mut [u32],
        control: &Control,
    ) -> Result<()> {
        scan.get_or_insert_with(|| Scan::new(&self.plan))
            .find(&self.plan, grid, number, found, control)?;
        self.live.restore(found);
        Ok(())
    }
}

impl Searcher {
    /// Plan the search of a node that is a winner.
    ///
    /// # Errors
    /// When the search as a program of its own is none.
    pub(crate) fn new(around: &Program, winner: Node) -> Result<Self> {
        let Subprogram {
            program,
            groups,
            digits,
            objective,
            among,
            live,
        } = Subprogram::new(around, winner)?;
        let plan = SearchPlan::new(&program, objective, among)?;
        let outer = program.space().sizes().len();
        let sizes = program.sizes()[..outer].to_vec();
        let grid = Grid::new(vec![0; outer], sizes, plan.cuts()[..outer].to_vec());
        let kept = Kept::new(&grid, around.blocks().winners);
        Ok(Self {
            groups,
            digits,
            winners: Arc::new(Winners {
                live,
                plan,
                grid,
                kept,
            }),
        })
    }

    /// The same winners in the space of some of the groups (ascending), which are all that the search depends on.
    pub(crate) fn over(&self, groups: &[usize]) -> Self {
        let place = |group: &usize| groups.binary_search(group).ok();
        Self {
            groups: self.groups.iter().filter_map(place).collect(),
            digits: self.digits.clone(),
            winners: Arc::clone(&self.winners),
        }
    }

    /// The same winners in a box of the space (from these digits on, so many of each group); None where they are not
    /// kept, so that a search in the box alone is less work.
    pub(crate) fn within(&self, starts: &[usize], lens: &[usize]) -> Option<Self> {
        self.winners.kept.as_ref()?;
        // Axes of other searches are as they were.
        let within =
            |(group, digits): (&usize, &Vec<usize>)| match (starts.get(*group), lens.get(*group)) {
                (Some(start), Some(len)) => digits[*start..][..*len].to_vec(),
                _ => digits.clone(),
            };
        Some(Self {
            groups: self.groups.clone(),
            digits: self.groups.iter().zip(&self.digits).map(within).collect(),
            winners: Arc::clone(&self.winners),
        })
    }

    /// The same winners where the groups of the space have only some of their digits.
    pub(crate) fn picked(&self, picks: &[Vec<usize>]) -> Self {
        let picked = |(group, digits): (&usize, &Vec<usize>)| match picks.get(*group) {
            Some(picks) => picks.iter().map(|digit| digits[*digit]).collect(),
            None => digits.clone(),
        };
        Self {
            groups: self.groups.clone(),
            digits: self.groups.iter().zip(&self.digits).map(picked).collect(),
            winners: Arc::clone(&self.winners),
        }
    }

    /// Which digits of a group have the same winners, whatever those of the others are; None where it does not matter.
    pub(crate) fn classes(&self, group: usize) -> Option<DigitClasses> {
        let place = self.groups.binary_search(&group).ok()?;
        Some(DigitClasses::by(self.digits[place].iter()))
    }

    /// The winners in a box of the program around, over the search's groups in the order given. A scan is what one
    /// worker searches with, made when there is something to be searched for.
    ///
    /// # Errors
    /// When the run shall stop.
    pub(crate) fn read(
        &self,
        scan: &mut Option<Scan>,
        groups: &[usize],
        extent: &Extent,
        out: &mut [f64],
        control: &Control,
    ) -> Result<()> {
        let digits = self
            .groups
            .iter()
            .zip(&self.digits)
            .map(|(group, digits)| &digits[extent.starts[*group]..][..extent.lens[*group]]);
        let digits: Vec<&[usize]> = digits.collect();
        let winners = &*self.winners;
        let Winners { grid, kept, .. } = winners;
        if let Some(kept) = kept {
            kept.ensure(&grid.touched(&digits), &mut |number, found| {
                winners.find(scan, grid, number, found, control)
            })?;
            let places = self.places(grid, groups, &digits);
            gather(&places, out, |place| number(kept.get(place)));
        } else {
            let grid = grid.around(&digits);
            let mut found = vec![NONE; grid.count() * grid.volume()];
            for (number, found) in found.chunks_mut(grid.volume()).enumerate() {
                winners.find(scan, &grid, number, found, control)?;
            }
            let places = self.places(&grid, groups, &digits);
            gather(&places, out, |place| number(found[place]));
        }
        Ok(())
    }

    /// Where in a grid the digits of each group lie, in the order of groups given.
    fn places(&self, grid: &Grid, groups: &[usize], digits: &[&[usize]]) -> Vec<Vec<usize>> {
        let dimensions = groups
            .iter()
            .filter_map(|group| self.groups.binary_search(group).ok());
        let places = |dimension: usize| grid.places(dimension, digits[dimension]);
        dimensions.map(places).collect()
    }
}

/// The number of a winner as a value: NaN where there is none.
fn number(winner: u32) -> f64 {
    if winner == NONE {
        f64::NAN
    } else {
        f64::from(winner)
    }
}
