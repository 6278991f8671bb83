//! Nodes as products of others, whatever the order in which these are multiplied.
//!
//! Of real numbers, `a · x ÷ (b · x)` is `a ÷ b`; of computed ones it is so but for a rounding in each step. Here is
//! how far off a product may be: what is proven of real products holds of the computed ones by that margin.

use crate::exec::program::Program;
use crate::numeric::interval::Interval;
use crate::tape::{Binary, Node, Op};

/// Products and quotients between these are rounded by at most half a unit in the last place.
const LEAST: f64 = 1e-290;
const MOST: f64 = 1e290;
/// Of longer products nothing is said.
const MOST_FACTORS: usize = 64;
const MOST_STEPS: u32 = 1 << 10;

/// A product and a quotient of nodes, all of them positive.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Product {
    /// Factors, with how often each is multiplied (or divided by, where negative); ascending. On those that are so
    /// no times only depends how the product is rounded.
    pub(crate) factors: Vec<(Node, i32)>,
    /// How many roundings are between the factors and the result.
    steps: u32,
}

impl Product {
    fn atom(node: Node) -> Self {
        Self {
            factors: vec![(node, 1)],
            steps: 0,
        }
    }

    fn times(&self, other: &Self, sign: i32) -> Option<Self> {
        let mut factors = self.factors.clone();
        for (node, times) in &other.factors {
            match factors.binary_search_by_key(node, |(node, _)| *node) {
                Ok(place) => factors[place].1 += sign * times,
                Err(place) => factors.insert(place, (*node, sign * times)),
            }
        }
        let steps = self.steps + other.steps + 1;
        let short = factors.len() <= MOST_FACTORS && steps <= MOST_STEPS;
        short.then_some(Self { factors, steps })
    }

    /// Only some of its factors. As many roundings are between them and the result.
    pub(crate) fn only(&self, wanted: impl Fn(Node) -> bool) -> Self {
        let factors = self
            .factors
            .iter()
            .copied()
            .filter(|(node, _)| wanted(*node));
        Self {
            factors: factors.collect(),
            steps: self.steps,
        }
    }

    /// By which factor a computed product may be off from another computation of it, in any order.
    pub(crate) fn margin(&self) -> f64 {
        let roundings: u32 = self
            .factors
            .iter()
            .map(|(_, times)| times.unsigned_abs())
            .sum();
        // Twice what first order asks for, on both sides of a comparison.
        1.0 + 4.0 * f64::EPSILON * f64::from(self.steps + roundings + 4)
    }
}

/// A product, if it is one of which something is said; else NaN.
pub(crate) fn sound(value: f64) -> f64 {
    if (LEAST..=MOST).contains(&value) {
        value
    } else {
        f64::NAN
    }
}

/// Every node of a program that is a product or quotient of positive numbers, as one of what is none.
pub(crate) fn products(program: &Program, intervals: &[Interval]) -> Vec<Option<Product>> {
    let mut products: Vec<Option<Product>> = vec![];
    let rounded = |node: Node| {
        let Interval { low, high, .. } = intervals[node as usize];
        low >= LEAST && high <= MOST
    };
    for (node, op) in program.tape().ops().iter().enumerate() {
        let product = |node: Node| {
            products[node as usize]
                .clone()
                .unwrap_or_else(|| Product::atom(node))
        };
        products.push(match *op {
            Op::Binary(op @ (Binary::Multiply | Binary::Divide), a, b)
                if [node as Node, a, b].into_iter().all(rounded) =>
            {
                let sign = if op == Binary::Multiply { 1 } else { -1 };
                let whole = product(a).times(&product(b), sign);
                // A product is NaN with a factor, cancelled or not.
                whole.filter(|whole| {
                    let mut cancelled = whole.factors.iter().filter(|(_, times)| *times == 0);
                    cancelled.all(|(node, _)| !intervals[*node as usize].nan)
                })
            }
            _ => None,
        });
    }
    products
}
