//! The order of digits: where they have none of their own, those that promise most come first, so that blocks of them
//! are alike.

use super::boxes::{Boxes, Enclosed};
use super::pyramid::Side;
use super::{Goal, Part};
use crate::error::Result;
use crate::run::Control;

/// Groups of fewer digits are soon cut into single ones, and those of more take long to be put in order: both stay as
/// they are.
const LEAST_DIGITS: usize = 1 << 5;
const MOST_DIGITS: usize = 1 << 14;

impl Part {
    /// The same combinations; the digits of groups without an order of their own are sorted by what bounds the first
    /// objective there.
    ///
    /// # Errors
    /// When the run was stopped.
    pub(crate) fn ordered(self, goal: &Goal, threads: usize, control: &Control) -> Result<Self> {
        let unordered: Vec<usize> = (0..self.program.space().sizes().len())
            .filter(|group| self.may_be_ordered(*group))
            .collect();
        if unordered.is_empty() {
            return Ok(self);
        }
        let orders = orders(&self.boxes(goal, threads, control)?, &unordered, goal);
        let (mut part, mut moved) = (self, vec![]);
        for (group, order) in orders {
            // What was listed before is in front of it.
            let now = group + moved.iter().filter(|other| **other > group).count();
            part = part.listed(&[now], &order, goal)?;
            moved.push(group);
        }
        Ok(part)
    }

    /// Whether the digits of a group have no order yet, that of numbers which rise or fall all along.
    fn may_be_ordered(&self, group: usize) -> bool {
        if !(LEAST_DIGITS..=MOST_DIGITS).contains(&self.program.sizes()[group]) {
            return false;
        }
        let program = &self.program;
        let tables = (0..program.tape().leaves().len() as u32).map(|leaf| program.leaf(leaf));
        let mut own = tables.filter(|leaf| leaf.groups == [group] && leaf.is_dense());
        !own.any(|leaf| {
            leaf.values.is_sorted_by(|a, b| a < b) || leaf.values.is_sorted_by(|a, b| a > b)
        })
    }
}

/// The groups whose digits should be in another order, and that order.
fn orders(boxes: &Boxes<'_>, unordered: &[usize], goal: &Goal) -> Vec<(usize, Vec<usize>)> {
    let Some((by, direction)) = goal.objectives.first() else {
        return vec![];
    };
    let (whole, mut enclosed, mut part) = (boxes.whole(), Enclosed::default(), Enclosed::default());
    boxes.enclose(&whole, &mut enclosed);
    let mut found = vec![];
    for &group in unordered {
        let size = boxes.sizes()[group];
        let mut sides = whole.clone();
        let mut bound = |digit: usize| {
            sides[group] = Side {
                level: 0,
                block: digit as u32,
            };
            boxes.enclose_changed(&sides, group, &enclosed, &mut part);
            direction.bound(boxes.at(&part, *by))
        };
        let bounds: Vec<f64> = (0..size).map(&mut bound).collect();
        let mut order: Vec<usize> = (0..size).collect();
        order.sort_by(|a, b| bounds[*a].total_cmp(&bounds[*b]));
        if !order.is_sorted() {
            found.push((group, order));
        }
    }
    found
}
