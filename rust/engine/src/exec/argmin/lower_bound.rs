//! Floors: what no candidate's objective is below, known from a part of it.
//!
//! Of computed numbers, a + b is not below a where b is not negative, because rounding is monotone; and where b is NaN
//! the sum is, which never wins. So each left part of a sum bounds it, as long as no later term is negative.

use crate::exec::interval_eval::enclose;
use crate::exec::plan::mask;
use crate::exec::program::Program;
use crate::tape::{Binary, Node, Op};

use super::steps::reached;
use super::strategy::Strategy;

/// A floor takes so many times fewer values than the objective.
const CHEAPER: usize = 3;
/// It saves so many values for each lane: fewer are evaluated sooner than put in order.
const SAVED: usize = 32;

/// The longest part of an objective that is a floor of it, if that is worth knowing first.
pub(super) fn floor(program: &Program, strategy: &Strategy, objective: Node) -> Option<Node> {
    let walked = mask(&strategy.walked);
    let cost = |node: Node| -> usize {
        let reached = reached(program, strategy, &[node]);
        let masks = program.masks().iter().zip(reached);
        let values = masks.filter(|(_, reached)| *reached);
        values.map(|(mask, _)| program.points(mask & walked)).sum()
    };
    let whole = cost(objective);
    let most = (whole / CHEAPER).min(whole.saturating_sub(SAVED));
    let cheap = |node: &Node| cost(*node) <= most;
    floors(program, objective).into_iter().find(cheap)
}

/// The left parts of a sum that bound it, the longest first.
fn floors(program: &Program, objective: Node) -> Vec<Node> {
    let intervals = enclose(program);
    let mut found = vec![];
    let mut whole = objective;
    while let Op::Binary(Binary::Add, part, term) = program.tape().ops()[whole as usize] {
        if !intervals[term as usize].is_unsigned() {
            break;
        }
        found.push(part);
        whole = part;
    }
    found
}
