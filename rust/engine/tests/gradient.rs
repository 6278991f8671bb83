//! Laws of the reverse pass: it is the derivative of what a tape computes, along the branches that were taken.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;

use gigacost_engine::run::Control;
use gigacost_engine::tape::{Binary, Name, Node, Op, Search, SearchAxis, Unary};
use gigacost_engine::{Blocks, Error, Gradient, Leaf, Program, Simd, Space, TapeBuilder};
use proptest::prelude::*;
use proptest::sample::Index;

/// A tape over leaves that are given one value each.
#[derive(Default)]
struct Draft {
    builder: TapeBuilder,
    values: Vec<f64>,
}

impl Draft {
    fn leaf(&mut self, value: f64) -> Node {
        self.values.push(value);
        let name = self.values.len().to_string();
        self.builder.leaf(Name {
            name,
            ..Name::default()
        })
    }

    fn unary(&mut self, op: Unary, a: Node) -> Node {
        self.builder.push(Op::Unary(op, a)).unwrap()
    }

    fn binary(&mut self, op: Binary, a: Node, b: Node) -> Node {
        self.builder.push(Op::Binary(op, a, b)).unwrap()
    }

    fn gradient(&self, of: Node) -> Result<Gradient, Error> {
        let leaves = self.values.iter().map(|value| table(&[], &[*value]));
        let program = program(&self.builder, vec![], leaves.collect());
        Ok(program.gradients(of, &[0], &Control::default())?.remove(0))
    }

    fn derivatives(&self, of: Node) -> Vec<f64> {
        self.gradient(of).unwrap().derivatives
    }
}

fn table(groups: &[usize], values: &[f64]) -> Leaf {
    Leaf::new(groups.to_vec(), values.into())
}

fn program(builder: &TapeBuilder, sizes: Vec<u64>, leaves: Vec<Leaf>) -> Program {
    let tape = Arc::new(builder.finish(vec![]).unwrap());
    let space = Space::new(sizes).unwrap();
    Program::new(tape, space, leaves, Simd::BASELINE, Blocks::default()).unwrap()
}

#[test]
fn each_operation_has_its_derivative() {
    let cases = [
        (Binary::Add, 3.0, 2.0, [1.0, 1.0]),
        (Binary::Subtract, 3.0, 2.0, [1.0, -1.0]),
        (Binary::Multiply, 3.0, 2.0, [2.0, 3.0]),
        (Binary::Divide, 3.0, 2.0, [0.5, -0.75]),
        (Binary::Power, 1.0, 5.0, [5.0, 0.0]),
        (Binary::Power, -2.0, 0.0, [0.0, f64::NAN]),
        (Binary::Power, 0.0, 2.0, [0.0, 0.0]),
        (Binary::Power, 0.0, 0.5, [f64::INFINITY, 0.0]),
        (Binary::Power, 0.0, 0.0, [0.0, f64::NEG_INFINITY]),
        (Binary::Power, -2.0, 3.0, [12.0, f64::NAN]),
        (Binary::Minimum, 3.0, 2.0, [0.0, 1.0]),
        (Binary::Minimum, 2.0, 3.0, [1.0, 0.0]),
        (Binary::Maximum, 3.0, 2.0, [1.0, 0.0]),
        (Binary::Maximum, 2.0, 3.0, [0.0, 1.0]),
        (Binary::Minimum, f64::NAN, 2.0, [f64::NAN, 0.0]),
        (Binary::Maximum, f64::NAN, 2.0, [f64::NAN, 0.0]),
        (Binary::Less, 2.0, 3.0, [0.0, 0.0]),
        (Binary::Both, 2.0, 3.0, [0.0, 0.0]),
    ];
    for (op, a, b, expected) in cases {
        let mut draft = Draft::default();
        let (a, b) = (draft.leaf(a), draft.leaf(b));
        let of = draft.binary(op, a, b);
        let found = draft.derivatives(of);
        let same = |(found, expected): (&f64, &f64)| {
            found == expected || found.is_nan() && expected.is_nan()
        };
        let equal = found.iter().zip(&expected).all(same);
        assert!(equal, "{op:?}: {found:?}, not {expected:?}");
    }
    let cases = [
        (Unary::Negative, 4.0, -1.0),
        (Unary::Sqrt, 4.0, 0.25),
        (Unary::Exp, 0.0, 1.0),
        (Unary::Log, 4.0, 0.25),
        (Unary::Floor, 4.0, 0.0),
        (Unary::Ceil, 4.5, 0.0),
        (Unary::RoundHalfEven, 4.5, 0.0),
        (Unary::Negate, 4.5, 0.0),
        (Unary::Missing, 4.5, 0.0),
    ];
    for (op, x, expected) in cases {
        let mut draft = Draft::default();
        let x = draft.leaf(x);
        let of = draft.unary(op, x);
        assert_eq!(draft.derivatives(of), [expected], "{op:?}");
    }
}

#[test]
fn a_tie_follows_the_operand_that_is_returned() {
    for op in [Binary::Minimum, Binary::Maximum] {
        let mut draft = Draft::default();
        let (a, b) = (draft.leaf(2.0), draft.leaf(2.0));
        let of = draft.binary(op, a, b);
        assert_eq!(draft.derivatives(of), [0.0, 1.0], "{op:?}");
    }
}

#[test]
fn nothing_flows_through_a_branch_that_was_not_taken() {
    let mut draft = Draft::default();
    let (x, zero) = (draft.leaf(3.0), draft.leaf(0.0));
    let endless = draft.binary(Binary::Divide, x, zero);
    let condition = draft.binary(Binary::Less, x, zero);
    let of = draft
        .builder
        .push(Op::Where(condition, endless, x))
        .unwrap();
    assert_eq!(draft.derivatives(of), [1.0, 0.0]);
    let least = draft.binary(Binary::Minimum, x, endless);
    assert_eq!(draft.derivatives(least), [1.0, 0.0]);
}

#[test]
fn what_is_done_by_steps_is_told_apart() {
    let mut draft = Draft::default();
    let (x, y, z) = (draft.leaf(2.5), draft.leaf(3.5), draft.leaf(0.0));
    let sum = draft.binary(Binary::Add, x, y);
    let whole = draft.unary(Unary::Floor, sum);
    let product = draft.binary(Binary::Multiply, whole, y);
    let rounded = draft.unary(Unary::Ceil, x);
    let nothing = draft.binary(Binary::Multiply, rounded, z);
    let of = draft.binary(Binary::Add, product, nothing);
    let found = draft.gradient(of).unwrap();
    assert_eq!(found.derivatives, [0.0, 6.0, 3.0]);
    assert_eq!(found.stepped, [true, true, false]);
    assert_eq!(draft.gradient(nothing).unwrap().stepped, [false; 3]);
    let by_nothing = draft.binary(Binary::Multiply, x, z);
    let of = draft.unary(Unary::Floor, by_nothing);
    assert_eq!(draft.gradient(of).unwrap().stepped, [false, false, true]);
}

#[test]
fn a_missing_leaf_has_no_derivative_and_spoils_no_other() {
    let mut draft = Draft::default();
    let (x, absent) = (draft.leaf(3.0), draft.leaf(f64::NAN));
    let condition = draft.unary(Unary::Missing, absent);
    let of = draft.builder.push(Op::Where(condition, x, absent)).unwrap();
    let found = draft.derivatives(of);
    assert!(found[0] == 1.0 && found[1].is_nan());
}

#[test]
fn where_there_is_no_derivative_there_is_none() {
    let mut draft = Draft::default();
    let zero = draft.leaf(0.0);
    let root = draft.unary(Unary::Sqrt, zero);
    assert_eq!(draft.derivatives(root), [f64::INFINITY]);
    let squared = draft.binary(Binary::Multiply, root, root);
    assert!(draft.derivatives(squared)[0].is_nan());
}

/// (x − s)² · y is smallest, for s in 1, 2, 3, at the s that is nearest to x.
fn searched(draft: &mut Draft, x: f64, y: f64) -> (Node, Node) {
    let (x, y) = (draft.leaf(x), draft.leaf(y));
    let values = vec![1.0, 2.0, 3.0];
    let axes = vec![SearchAxis {
        name: "s".into(),
        values,
    }];
    let name = "nearest".into();
    let search = draft.builder.search(Search { name, axes }).unwrap();
    let inside = draft
        .builder
        .push(Op::SearchAxis { search, axis: 0 })
        .unwrap();
    let off = draft.binary(Binary::Subtract, x, inside);
    let squared = draft.binary(Binary::Multiply, off, off);
    let objective = draft.binary(Binary::Multiply, squared, y);
    let among = draft.builder.constant(1.0);
    let winner = Op::Winner {
        search,
        objective,
        among,
    };
    let winner = draft.builder.push(winner).unwrap();
    let picked = Op::Pick {
        search,
        axis: 0,
        winner,
    };
    let picked = draft.builder.push(picked).unwrap();
    (draft.binary(Binary::Multiply, picked, y), inside)
}

#[test]
fn what_a_search_found_is_held_fixed() {
    let mut draft = Draft::default();
    let (of, _) = searched(&mut draft, 2.1, 5.0);
    let found = draft.gradient(of).unwrap();
    assert_eq!(
        (found.value, &found.derivatives[..]),
        (10.0, &[0.0, 2.0][..])
    );
}

#[test]
fn what_has_no_derivative_at_a_combination_is_refused() {
    let mut draft = Draft::default();
    let (_, inside) = searched(&mut draft, 2.1, 5.0);
    let refused = draft.gradient(inside).unwrap_err().to_string();
    assert!(refused.contains("no derivative of SearchAxis"), "{refused}");
    assert!(draft.gradient(99).is_err());
}

#[test]
fn each_combination_has_its_own() {
    let mut draft = Draft::default();
    let (a, b) = (draft.leaf(0.0), draft.leaf(0.0));
    let product = draft.binary(Binary::Multiply, a, b);
    let tables = vec![
        table(&[0, 1], &[1.0, 2.0, 3.0, 4.0, f64::NAN, 6.0]),
        table(&[1], &[7.0, 8.0, 9.0]),
    ];
    let program = program(&draft.builder, vec![2, 3], tables);
    let rows = [5, 0, 4];
    let found = program
        .gradients(product, &rows, &Control::default())
        .unwrap();
    assert!(found[0].value == 54.0);
    assert_eq!(found[0].derivatives, [9.0, 6.0]);
    assert_eq!(found[1].derivatives, [7.0, 1.0]);
    assert!(found[2].derivatives[0].is_nan(), "the leaf is missing");
    assert!(
        program
            .gradients(product, &[6], &Control::default())
            .is_err()
    );
}

/// Small whole numbers and halves: sums of products of them are exact, whatever their order.
fn dyadic() -> impl Strategy<Value = f64> {
    (-4_i8..=4).prop_map(|half| f64::from(half) / 2.0)
}

/// A value and its derivatives, carried forward.
type Dual = (f64, Vec<f64>);

fn forward(op: &Op, known: &[Dual]) -> Dual {
    let along = |a: Node, by: f64| known[a as usize].1.iter().map(move |slope| slope * by);
    let at = |node: Node| known[node as usize].0;
    let flat = vec![0.0; known[0].1.len()];
    match *op {
        Op::Unary(Unary::Negative, a) => (-at(a), along(a, -1.0).collect()),
        Op::Unary(Unary::Floor, a) => (at(a).floor(), flat),
        Op::Binary(op @ (Binary::Add | Binary::Subtract), a, b) => {
            let sign = if op == Binary::Add { 1.0 } else { -1.0 };
            let slopes = along(a, 1.0).zip(along(b, sign)).map(|(a, b)| a + b);
            (at(a) + sign * at(b), slopes.collect())
        }
        Op::Binary(Binary::Multiply, a, b) => {
            let slopes = along(a, at(b)).zip(along(b, at(a))).map(|(a, b)| a + b);
            (at(a) * at(b), slopes.collect())
        }
        Op::Binary(Binary::Minimum, a, b) => {
            known[if at(a) < at(b) { a } else { b } as usize].clone()
        }
        Op::Binary(Binary::Maximum, a, b) => {
            known[if at(a) > at(b) { a } else { b } as usize].clone()
        }
        Op::Binary(Binary::LessEqual, a, b) => (f64::from(u8::from(at(a) <= at(b))), flat),
        Op::Where(c, a, b) => known[if at(c) == 0.0 { b } else { a } as usize].clone(),
        _ => panic!("{op:?} is not drawn"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn backward_is_forward(
        leaves in proptest::collection::vec(dyadic(), 1..5),
        ops in proptest::collection::vec((any::<Index>(), any::<[Index; 3]>()), 1..14),
    ) {
        let mut draft = Draft::default();
        let mut nodes: Vec<Node> = leaves.iter().map(|value| draft.leaf(*value)).collect();
        let unit = |leaf: usize| (0..leaves.len()).map(|other| f64::from(u8::from(other == leaf))).collect();
        let mut known: Vec<Dual> = leaves.iter().enumerate().map(|(leaf, value)| (*value, unit(leaf))).collect();
        for (which, operands) in ops {
            let [a, b, c] = operands.map(|operand| operand.index(nodes.len()) as Node);
            let all = [
                Op::Unary(Unary::Negative, a), Op::Unary(Unary::Floor, a), Op::Binary(Binary::Add, a, b),
                Op::Binary(Binary::Subtract, a, b), Op::Binary(Binary::Multiply, a, b),
                Op::Binary(Binary::Minimum, a, b), Op::Binary(Binary::Maximum, a, b),
                Op::Binary(Binary::LessEqual, a, b), Op::Where(c, a, b),
            ];
            let op = which.get(&all);
            let dual = forward(op, &known);
            // As long as all numbers are short, no order of operations rounds any of them.
            if dual.1.iter().chain([&dual.0]).any(|number| number.abs() > 64.0) {
                continue;
            }
            let node = draft.builder.push(*op).unwrap();
            // An operation that is there already is the same node.
            if node as usize == nodes.len() {
                nodes.push(node);
                known.push(dual);
            }
        }
        for node in &nodes {
            let (value, slopes) = &known[*node as usize];
            let found = draft.gradient(*node).unwrap();
            prop_assert!(found.value == *value && found.derivatives == *slopes, "{found:?}, not {value} {slopes:?}");
        }
    }
}
