//! The digits of a search's axes that are legal somewhere: the others are left out before the search is planned.
//!
//! A mixture of models keeps its expert parallelism, a dense one has a single digit of it left; what depends on that
//! axis then varies over nothing.

use crate::error::Result;
use crate::exec::program::Program;
use crate::numeric::scalar::holds;
use crate::tape::{Node, Search};

use super::subprogram::tables;
use super::winners::NONE;

/// A condition that has more values than this is not looked at.
const MOST_VALUES: usize = 1 << 16;

/// What is left of a search's axes, and what its candidates were called before.
#[derive(Debug)]
pub(super) struct LiveAxes {
    /// For each axis the digits that are left, ascending.
    digits: Vec<Vec<usize>>,
    /// The same, each as the steps of the flat index that it stands for.
    steps: Vec<Vec<u32>>,
}

impl LiveAxes {
    /// Of the first search of a program, as far as conditions on one axis tell, wherever in the space they hold.
    ///
    /// # Errors
    /// When a node does not exist.
    pub(super) fn new(program: &Program, among: Node) -> Result<Self> {
        let search = &program.tape().searches()[0];
        let axes: Vec<usize> = program.searched(0).collect();
        let mut digits: Vec<Vec<usize>> = axes
            .iter()
            .map(|group| (0..program.sizes()[*group]).collect())
            .collect();
        for (group, digits) in axes.iter().zip(&mut digits) {
            let conditions = conditions(program, among, *group)?;
            for holds in somewhere(program, *group, &conditions)? {
                digits.retain(|digit| holds[*digit]);
            }
            // An axis needs a digit; whichever it is, no candidate is legal.
            if digits.is_empty() {
                digits.push(0);
            }
        }
        let steps = digits.iter().enumerate().map(|(axis, digits)| {
            let stride = search.stride(axis);
            digits.iter().map(|digit| (digit * stride) as u32).collect()
        });
        Ok(Self {
            steps: steps.collect(),
            digits,
        })
    }

    /// The search over what is left.
    pub(super) fn search(&self, whole: &Search) -> Search {
        let mut left = whole.clone();
        for (axis, digits) in left.axes.iter_mut().zip(&self.digits) {
            axis.values = digits.iter().map(|digit| axis.values[*digit]).collect();
        }
        left
    }

    /// Winners of the search over what is left, as winners of the whole one. Their order stays.
    pub(super) fn restore(&self, winners: &mut [u32]) {
        for winner in winners.iter_mut().filter(|winner| **winner != NONE) {
            let (mut left, mut whole) = (*winner, 0);
            for steps in self.steps.iter().rev() {
                let size = steps.len() as u32;
                whole += steps[(left % size) as usize];
                left /= size;
            }
            *winner = whole;
        }
    }
}

/// The conditions of a legal candidate that are about one axis alone, and cheap.
fn conditions(program: &Program, among: Node, group: usize) -> Result<Vec<Node>> {
    let outer = (1 << program.space().sizes().len()) - 1;
    let mut found = vec![];
    for node in program.tape().conjuncts(Some(among)) {
        let mask = program.masks()[node as usize];
        if mask & !outer != 1 << group {
            continue;
        }
        let needed = program.tape().needed(&[node])?;
        let masks = program.masks().iter().zip(needed);
        let values = masks.filter(|(_, needed)| *needed);
        let most = values.map(|(mask, _)| program.points(*mask)).max();
        if most.unwrap_or_default() <= MOST_VALUES {
            found.push(node);
        }
    }
    Ok(found)
}

/// For each condition, with which digits of a group it holds somewhere.
fn somewhere(program: &Program, group: usize, conditions: &[Node]) -> Result<Vec<Vec<bool>>> {
    if conditions.is_empty() {
        return Ok(vec![]);
    }
    // The groups of a search come after those of the space: its digits are the fastest.
    let size = program.sizes()[group];
    let holding = |values: Vec<f64>| {
        let at = |digit: usize| values.iter().skip(digit).step_by(size);
        let holds = |digit: usize| at(digit).any(|value| holds(*value));
        (0..size).map(holds).collect()
    };
    let tables = tables(program, conditions)?;
    Ok(tables.into_values().map(holding).collect())
}
