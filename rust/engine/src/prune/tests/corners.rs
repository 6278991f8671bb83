//! Cases that chance seldom finds.

use std::sync::Arc;

use super::draft::name;
use super::values;
use crate::exec::leaf::Leaf;
use crate::exec::program::Program;
use crate::exec::tiling::Blocks;
use crate::numeric::kernels::Simd;
use crate::prune::boxes::{Boxes, Enclosed};
use crate::prune::monotonicity::Direction;
use crate::prune::{Goal, Part};
use crate::run::Control;
use crate::space::Space;
use crate::tape::{Binary, Node, Op, TapeBuilder, Unary};

/// A program over groups of these sizes, of leaves over one group each.
struct Model {
    sizes: Vec<u64>,
    builder: TapeBuilder,
    leaves: Vec<Leaf>,
}

impl Model {
    fn new(sizes: &[u64]) -> Self {
        Self {
            sizes: sizes.to_vec(),
            builder: TapeBuilder::new(),
            leaves: vec![],
        }
    }

    fn leaf(&mut self, group: usize, values: &[f64]) -> Node {
        self.leaves.push(Leaf::new(vec![group], values.into()));
        self.builder.leaf(name(&self.leaves.len().to_string()))
    }

    fn constant(&mut self, value: f64) -> Node {
        self.builder.constant(value)
    }

    fn push(&mut self, op: Op) -> Node {
        self.builder.push(op).unwrap()
    }

    fn binary(&mut self, op: Binary, a: Node, b: Node) -> Node {
        self.push(Op::Binary(op, a, b))
    }

    fn between(&mut self, low: f64, value: Node, high: f64) -> Node {
        let (low, high) = (self.constant(low), self.constant(high));
        let value = self.binary(Binary::Minimum, value, high);
        self.binary(Binary::Maximum, value, low)
    }

    fn program(self) -> Program {
        let tape = Arc::new(self.builder.finish(vec![]).unwrap());
        let space = Space::new(self.sizes).unwrap();
        Program::new(tape, space, self.leaves, Simd::BASELINE, Blocks::default()).unwrap()
    }
}

/// The smallest kept value of what is left of a program is that of the whole.
fn keeps_the_least(program: &Program, by: Node, keep: Option<Node>) {
    let goal = Goal {
        objectives: vec![(by, Direction::Minimise)],
        keep,
        apart: vec![],
    };
    let least = |program: &Program| {
        let values = values(program, &goal.nodes());
        let kept = |place: &usize| values.get(1).is_none_or(|keep| keep[*place] != 0.0);
        let kept = (0..values[0].len()).filter(kept);
        kept.map(|place| values[0][place]).reduce(f64::min)
    };
    let all = vec![vec![]; program.space().sizes().len()];
    let left = Part::new(program, &all).reduced(&goal, 1, &Control::default());
    let left = left.unwrap().and_then(|part| least(&part.program));
    assert_eq!(left, least(program));
}

/// The product of two numbers for each digit of the first group, one of the second, and something that it is multiplied
/// with and divided by.
fn cancelled(model: &mut Model, [a, b]: [&[f64]; 2], c: f64, x: Node) -> Node {
    let (a, b, c) = (model.leaf(0, a), model.leaf(0, b), model.leaf(1, &[c]));
    let product = [a, b, x].into_iter().fold(c, |product, factor| {
        model.binary(Binary::Multiply, product, factor)
    });
    model.binary(Binary::Divide, product, x)
}

#[test]
fn what_is_cancelled_still_rounds() {
    let mut model = Model::new(&[2, 1]);
    // What is the same but for x is one unit in the last place less at the second digit.
    let x = model.leaf(0, &[1.0, 0.3]);
    let by = cancelled(&mut model, [&[1.9; 2], &[0.7; 2]], 1.3, x);
    keeps_the_least(&model.program(), by, None);
}

#[test]
fn what_is_cancelled_may_be_missing() {
    let mut model = Model::new(&[2, 1]);
    let (gappy, other) = (model.leaf(0, &[f64::NAN, 1.0]), model.leaf(1, &[3.0]));
    // Of both groups, and not a product.
    let x = model.binary(Binary::Minimum, gappy, other);
    let product = cancelled(&mut model, [&[1.0, 2.0], &[1.0; 2]], 1.0, x);
    let missing = model.push(Op::Unary(Unary::Missing, product));
    let instead = model.constant(9.0);
    let by = model.push(Op::Where(missing, instead, product));
    keeps_the_least(&model.program(), by, None);
}

#[test]
fn what_is_chosen_may_be_missing() {
    let mut model = Model::new(&[2, 2]);
    let (condition, keep) = (model.leaf(0, &[1.0, 0.0]), model.leaf(1, &[1.0, 0.0]));
    let (gappy, other) = (model.leaf(1, &[f64::NAN, -5.0]), model.constant(-1.0));
    // Where it is a number, the first choice is the better one.
    let value = model.push(Op::Where(condition, gappy, other));
    let missing = model.push(Op::Unary(Unary::Missing, value));
    let instead = model.constant(9.0);
    let by = model.push(Op::Where(missing, instead, value));
    keeps_the_least(&model.program(), by, Some(keep));
}

#[test]
fn any_number_but_zero_is_true() {
    let mut model = Model::new(&[2, 1]);
    let (x, y) = (model.leaf(0, &[5.0, -3.0]), model.leaf(1, &[-5.0]));
    let by = model.leaf(0, &[1.0, 2.0]);
    let keep = model.binary(Binary::Add, x, y);
    keeps_the_least(&model.program(), by, Some(keep));
}

#[test]
fn zeros_of_both_signs_are_false() {
    let mut model = Model::new(&[2, 2]);
    let (x, c) = (model.leaf(0, &[0.0, -0.0]), model.leaf(1, &[1.0, 2.0]));
    let keep = model.push(Op::Unary(Unary::Negate, x));
    let quotient = model.binary(Binary::Divide, c, x);
    let by = model.between(-5.0, quotient, 5.0);
    keeps_the_least(&model.program(), by, Some(keep));
}

#[test]
fn parts_of_products_may_be_too_small_together() {
    let mut model = Model::new(&[1, 1, 1]);
    let (a, b) = (model.leaf(0, &[1.1e-100]), model.leaf(0, &[1.3e-100]));
    let (c, d) = (model.leaf(1, &[1.7e-115]), model.leaf(2, &[1.9e200]));
    let product = [a, b, c].into_iter().fold(d, |product, factor| {
        model.binary(Binary::Multiply, product, factor)
    });
    let program = model.program();
    let boxes = Boxes::new(&program, &[product], 1 << 12, 1, &Control::default()).unwrap();
    let mut enclosed = Enclosed::default();
    boxes.enclose(&boxes.whole(), &mut enclosed);
    let (found, value) = (
        boxes.at(&enclosed, product),
        values(&program, &[product])[0][0],
    );
    assert!(
        found.low <= value && value <= found.high,
        "{value} outside of {found:?}"
    );
}

#[test]
fn a_product_may_be_squared_again_and_again() {
    let mut model = Model::new(&[3, 2]);
    let (x, y) = (model.leaf(0, &[1.0, 0.5, 2.0]), model.leaf(1, &[1.0, 1.0]));
    let one = model.constant(1.0);
    let mut by = model.binary(Binary::Multiply, x, y);
    by = model.binary(Binary::Minimum, by, one);
    by = model.binary(Binary::Maximum, by, one);
    for _ in 0..70 {
        by = model.binary(Binary::Multiply, by, by);
    }
    keeps_the_least(&model.program(), by, None);
}
