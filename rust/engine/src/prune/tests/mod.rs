//! What is left out is proven to be: statements about random programs are compared with plain loops.

#![allow(clippy::unwrap_used)]

mod boxes;
#[path = "../../../tests/cases/mod.rs"]
mod cases;
mod corners;
mod directions;
mod draft;
mod parts;

use cases::cases;

use crate::exec::program::Program;
use crate::run::Control;
use crate::tape::Node;

/// The values of some nodes at all combinations, the last group fastest.
fn values(program: &Program, nodes: &[Node]) -> Vec<Vec<f64>> {
    let groups: Vec<usize> = (0..program.space().sizes().len()).collect();
    program
        .tabulate(nodes, &groups, 1, &Control::default())
        .unwrap()
}

/// The digits of each combination.
fn digits(sizes: &[u64]) -> Vec<Vec<usize>> {
    let mut all = vec![vec![]];
    for size in sizes {
        all = all
            .into_iter()
            .flat_map(|digits: Vec<usize>| {
                (0..*size as usize).map(move |digit| [&digits[..], &[digit]].concat())
            })
            .collect();
    }
    all
}

/// The number of the row of a combination.
fn row(program: &Program, digits: &[usize]) -> u64 {
    let digits = digits.iter().enumerate();
    digits
        .map(|(group, digit)| program.space().offset(group, *digit))
        .sum()
}
