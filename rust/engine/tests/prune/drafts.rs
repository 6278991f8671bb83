//! Models of sums of products, as models of costs are, and what all their values are.

use std::sync::Arc;

use gigacost_engine::numeric::scalar::holds;
use gigacost_engine::run::Control;
use gigacost_engine::tape::{Binary, Name, Node, Op, Unary};
use gigacost_engine::{Blocks, Leaf, Program, Simd, Space, TapeBuilder};
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// A model of sums of products, as models of costs are.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) sizes: Vec<usize>,
    /// Of each leaf its groups, how its values change along them, and how many different ones there are.
    pub(crate) leaves: Vec<(u8, Shape, u64)>,
    /// Factors of each term, as leaves; those of odd numbers are divided by.
    pub(crate) terms: Vec<Vec<(Index, u8)>>,
    /// What is done with a sum.
    pub(crate) finish: Vec<(u8, Index)>,
    /// Which results are compared with which share of the range of their values.
    pub(crate) guards: Vec<(Index, bool, f64)>,
    pub(crate) joined: bool,
    pub(crate) largest: Vec<bool>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    Rising,
    Falling,
    Chance,
    Few,
    Near,
    /// Seldom something that is not a number.
    Gappy,
}

pub(crate) fn shapes() -> impl Strategy<Value = Shape> {
    prop_oneof![
        4 => select(vec![Shape::Rising, Shape::Falling, Shape::Chance, Shape::Few]),
        1 => Just(Shape::Near),
        1 => (0_u8..3).prop_map(|gap| if gap == 0 { Shape::Gappy } else { Shape::Few }),
    ]
}

pub(crate) fn drafts() -> impl Strategy<Value = Draft> {
    let sizes = select(vec![
        vec![40, 30, 25],
        vec![9, 70, 8, 9],
        vec![3, 12, 10, 4, 25],
        vec![300, 150],
        vec![2, 30_000],
        vec![17, 16, 2, 65, 1],
    ]);
    let term = proptest::collection::vec((any::<Index>(), 0_u8..4), 1..6);
    (
        sizes,
        proptest::collection::vec((any::<u8>(), shapes(), any::<u64>()), 3..8),
        proptest::collection::vec(term, 1..5),
        proptest::collection::vec((0_u8..8, any::<Index>()), 0..4),
        proptest::collection::vec((any::<Index>(), any::<bool>(), 0.0..1.0), 0..3),
        any::<bool>(),
        proptest::collection::vec(any::<bool>(), 1..4),
    )
        .prop_map(
            |(sizes, leaves, terms, finish, guards, joined, largest)| Draft {
                sizes,
                leaves,
                terms,
                finish,
                guards,
                joined,
                largest,
            },
        )
}

pub(crate) fn name(name: &str) -> Name {
    Name {
        name: name.into(),
        unit: String::new(),
        doc: String::new(),
    }
}

pub(crate) fn mixed(seed: u64) -> u64 {
    let mixed = (seed ^ seed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}

pub(crate) fn value(shape: Shape, seed: u64, point: u64, points: u64) -> f64 {
    let chance = mixed(seed.wrapping_add(point.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
    match shape {
        Shape::Rising => 1.0 + point as f64 * 0.5,
        Shape::Falling => 0.25 * (1 + points - point) as f64,
        Shape::Chance => 0.5 + (chance % 1000) as f64 / 7.0,
        Shape::Few => (1 + chance % 3) as f64,
        Shape::Near => f64::from_bits(1.0_f64.to_bits() + chance % 5),
        Shape::Gappy if chance.is_multiple_of(97) => f64::NAN,
        Shape::Gappy => 2.0,
    }
}

/// A program, what is asked of it, and by what combinations may be told apart.
pub(crate) struct Drafted {
    pub(crate) program: Program,
    pub(crate) results: Vec<Node>,
    pub(crate) keep: Option<Node>,
}

pub(crate) fn build(draft: &Draft, blocks: Blocks) -> Drafted {
    let mut builder = TapeBuilder::new();
    let (mut leaves, mut known) = (vec![], vec![]);
    for (i, (mask, shape, seed)) in draft.leaves.iter().enumerate() {
        // A leaf of one group or two.
        let first = *mask as usize % draft.sizes.len();
        let mut groups = vec![first];
        if mask >> 7 == 1 {
            groups.push((first + 1) % draft.sizes.len());
        }
        groups.sort_unstable();
        groups.dedup();
        let points: usize = groups.iter().map(|group| draft.sizes[*group]).product();
        let value = |point| value(*shape, *seed, point, points as u64);
        let values = (0..points as u64).map(value).collect();
        leaves.push(Leaf::new(groups, values));
        known.push(builder.leaf(name(&i.to_string())));
    }
    let mut push = |op: Op| builder.push(op).unwrap();
    let mut results: Vec<Node> = vec![];
    for term in &draft.terms {
        let mut product = push(Op::Constant(1.5_f64.to_bits()));
        for (factor, how) in term {
            let op = if *how == 3 {
                Binary::Divide
            } else {
                Binary::Multiply
            };
            product = push(Op::Binary(op, product, *factor.get(&known)));
        }
        // Each result is the sum of the one before and a term, or the term alone.
        let last = results.last().copied().unwrap_or(product);
        let sum = push(Op::Binary(Binary::Add, last, product));
        results.push(if term.len() % 2 == 0 { sum } else { product });
    }
    for (how, other) in &draft.finish {
        let (last, other) = (results[results.len() - 1], *other.get(&known));
        let half = push(Op::Constant(0.5_f64.to_bits()));
        results.push(push(match how {
            0 => Op::Binary(Binary::Power, last, half),
            1 => Op::Unary(Unary::Sqrt, last),
            2 => Op::Unary(Unary::Ceil, last),
            3 => Op::Binary(Binary::Maximum, last, other),
            4 => Op::Binary(Binary::Minimum, last, other),
            5 => Op::Where(other, last, half),
            6 => Op::Binary(Binary::Subtract, other, last),
            _ => Op::Unary(Unary::Floor, last),
        }));
    }
    let keep = draft
        .guards
        .iter()
        .fold(None, |keep, (node, below, share)| {
            let (node, bound) = (
                *node.get(&results),
                push(Op::Constant((share * 90.0).to_bits())),
            );
            let op = if *below {
                Binary::Less
            } else {
                Binary::LessEqual
            };
            let guard = push(if *below {
                Op::Binary(op, node, bound)
            } else {
                Op::Binary(op, bound, node)
            });
            Some(match keep {
                None => guard,
                Some(keep) if draft.joined => push(Op::Binary(Binary::Both, keep, guard)),
                Some(keep) => {
                    let neither = push(Op::Binary(Binary::Either, keep, guard));
                    push(Op::Unary(Unary::Negate, neither))
                }
            })
        });
    let tape = builder.finish(vec![]).unwrap();
    let space = Space::new(draft.sizes.iter().map(|size| *size as u64).collect()).unwrap();
    let program = Program::new(Arc::new(tape), space, leaves, Simd::best(), blocks).unwrap();
    Drafted {
        program,
        results,
        keep,
    }
}

pub(crate) fn pruned() -> Blocks {
    Blocks {
        prune_rows: 0,
        ..Blocks::default()
    }
}

/// The values of a node in all rows, NaN and infinite ones as they are.
pub(crate) fn values(program: &Program, node: Node) -> Vec<f64> {
    let schedule = program.schedule(&[node]).unwrap();
    let (mut reader, rows) = (schedule.reader(), program.space().combinations());
    let mut all = vec![];
    while (all.len() as u64) < rows {
        let region = program.space().region(all.len() as u64, rows, 1 << 12);
        reader.enter(&region, &Control::default()).unwrap();
        let mut values = vec![0.0; region.rows() as usize];
        reader.read(0, &mut values);
        all.extend(values);
    }
    all
}

pub(crate) fn kept(program: &Program, keep: Option<Node>) -> Vec<bool> {
    keep.map_or_else(
        || vec![true; program.space().combinations() as usize],
        |keep| values(program, keep).into_iter().map(holds).collect(),
    )
}
