//! The best, fronts and counts of spaces that are searched box by box are those of plain loops over all rows.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod cases;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use cases::cases;
use gigacost_engine::numeric::scalar::holds;
use gigacost_engine::query::{Count, Pareto, Top, Winner};
use gigacost_engine::run::Control;
use gigacost_engine::tape::{Binary, Name, Node, Op, Unary};
use gigacost_engine::{Blocks, Error, Leaf, Program, Simd, Space, TapeBuilder};
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// A model of sums of products, as models of costs are.
#[derive(Clone, Debug)]
struct Draft {
    sizes: Vec<usize>,
    /// Of each leaf its groups, how its values change along them, and how many different ones there are.
    leaves: Vec<(u8, Shape, u64)>,
    /// Factors of each term, as leaves; those of odd numbers are divided by.
    terms: Vec<Vec<(Index, u8)>>,
    /// What is done with a sum.
    finish: Vec<(u8, Index)>,
    /// Which results are compared with which share of the range of their values.
    guards: Vec<(Index, bool, f64)>,
    joined: bool,
    largest: Vec<bool>,
}

#[derive(Clone, Copy, Debug)]
enum Shape {
    Rising,
    Falling,
    Chance,
    Few,
    Near,
    /// Seldom something that is not a number.
    Gappy,
}

fn shapes() -> impl Strategy<Value = Shape> {
    prop_oneof![
        4 => select(vec![Shape::Rising, Shape::Falling, Shape::Chance, Shape::Few]),
        1 => Just(Shape::Near),
        1 => (0_u8..3).prop_map(|gap| if gap == 0 { Shape::Gappy } else { Shape::Few }),
    ]
}

fn drafts() -> impl Strategy<Value = Draft> {
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

fn name(name: &str) -> Name {
    Name {
        name: name.into(),
        unit: String::new(),
        doc: String::new(),
    }
}

fn mixed(seed: u64) -> u64 {
    let mixed = (seed ^ seed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}

fn value(shape: Shape, seed: u64, point: u64, points: u64) -> f64 {
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
struct Drafted {
    program: Program,
    results: Vec<Node>,
    keep: Option<Node>,
}

fn build(draft: &Draft, blocks: Blocks) -> Drafted {
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
        leaves.push(Leaf { groups, values });
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

fn pruned() -> Blocks {
    Blocks {
        prune_rows: 0,
        ..Blocks::default()
    }
}

/// The values of a node in all rows, NaN and infinite ones as they are.
fn values(program: &Program, node: Node) -> Vec<f64> {
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

fn kept(program: &Program, keep: Option<Node>) -> Vec<bool> {
    keep.map_or_else(
        || vec![true; program.space().combinations() as usize],
        |keep| values(program, keep).into_iter().map(holds).collect(),
    )
}

/// The best by a plain loop, or the lowest row at fault.
fn best(program: &Program, top: &Top) -> Result<Vec<Winner>, u64> {
    let (by, kept) = (values(program, top.by), kept(program, top.keep));
    let distinct: Vec<Vec<f64>> = top
        .distinct
        .iter()
        .map(|node| values(program, *node))
        .collect();
    let cell = |row: usize| {
        let number = |cell, (group, numbers): &(usize, Vec<u32>)| {
            let most = numbers.iter().max().unwrap() + 1;
            cell * most + numbers[program.space().digit(row as u64, *group) as usize]
        };
        top.per.iter().fold(0, number) as usize
    };
    let mut found = vec![];
    for row in (0..by.len()).filter(|row| kept[*row]) {
        if !by[row].is_finite() || distinct.iter().any(|values| !values[row].is_finite()) {
            return Err(row as u64);
        }
        found.push(Winner {
            cell: cell(row),
            value: by[row],
            row: row as u64,
        });
    }
    let sign = if top.largest { -1.0 } else { 1.0 };
    found.sort_by(|a, b| {
        let values = (a.value * sign).partial_cmp(&(b.value * sign)).unwrap();
        a.cell.cmp(&b.cell).then(values).then(a.row.cmp(&b.row))
    });
    let (mut seen, mut counts) = (HashSet::new(), BTreeMap::new());
    found.retain(|winner| {
        let key = |values: &Vec<f64>| (values[winner.row as usize] + 0.0).to_bits();
        let keys: Vec<u64> = distinct.iter().map(key).collect();
        if !distinct.is_empty() && !seen.insert((winner.cell, keys)) {
            return false;
        }
        let count = counts.entry(winner.cell).or_insert(0);
        *count += 1;
        *count <= top.k
    });
    Ok(found)
}

/// The front by a plain loop, or the lowest row at fault.
fn front(program: &Program, pareto: &Pareto) -> Result<Vec<u64>, u64> {
    let kept = kept(program, pareto.keep);
    let columns: Vec<Vec<f64>> = pareto
        .objectives
        .iter()
        .map(|(node, _)| values(program, *node))
        .collect();
    let mut points: Vec<(Vec<f64>, u64)> = vec![];
    for row in (0..kept.len()).filter(|row| kept[*row]) {
        let signed = |(values, (_, largest)): (&Vec<f64>, &(Node, bool))| {
            values[row] * if *largest { -1.0 } else { 1.0 }
        };
        let point: Vec<f64> = columns.iter().zip(&pareto.objectives).map(signed).collect();
        if point.iter().any(|value| !value.is_finite()) {
            return Err(row as u64);
        }
        points.push((point, row as u64));
    }
    points.sort_by(|a, b| a.partial_cmp(b).unwrap());
    let mut front: Vec<(Vec<f64>, u64)> = vec![];
    for (point, row) in points {
        let below = |(other, _): &(Vec<f64>, u64)| other.iter().zip(&point).all(|(a, b)| a <= b);
        if !front.iter().rev().any(below) {
            front.push((point, row));
        }
    }
    Ok(front.into_iter().map(|(_, row)| row).collect())
}

/// Whether an answer is the expected one, or the fault is.
fn agree<T: PartialEq + std::fmt::Debug>(
    found: Result<T, Error>,
    expected: Result<T, u64>,
) -> Result<(), TestCaseError> {
    match (found, expected) {
        (Ok(found), Ok(expected)) => prop_assert_eq!(found, expected),
        (Err(Error::NotFinite { row, .. }), Err(lowest)) => prop_assert_eq!(row, lowest),
        other => prop_assert!(false, "{:?}", other),
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn the_best_are_those_of_plain_loops(
        draft in drafts(),
        k in prop_oneof![Just(1), 2_usize..51],
        per in proptest::option::of((any::<Index>(), 1_u32..5)),
        distinct in proptest::option::of(any::<Index>()),
        threads in 1_usize..5,
    ) {
        let Drafted { program, results, keep } = build(&draft, pruned());
        let per = per.map(|(group, cells)| {
            let group = group.index(draft.sizes.len());
            (group, (0..draft.sizes[group] as u32).map(|digit| digit % cells).collect())
        });
        let top = Top {
            by: results[results.len() - 1],
            largest: draft.largest[0],
            keep,
            per: per.into_iter().collect(),
            k,
            distinct: distinct.map(|node| *node.get(&results)).into_iter().collect(),
        };
        let control = Control::default();
        agree(top.run(&program, threads, &control), best(&program, &top))?;
    }

    #[test]
    fn fronts_are_those_of_plain_loops(draft in drafts(), others in any::<[Index; 2]>(), threads in 1_usize..5) {
        let Drafted { program, results, keep } = build(&draft, pruned());
        let others = others.iter().map(|node| *node.get(&results));
        let nodes = std::iter::once(results[results.len() - 1]).chain(others);
        let objectives = nodes.zip(draft.largest.iter().copied()).collect();
        let pareto = Pareto { objectives, keep };
        agree(pareto.run(&program, threads, &Control::default()), front(&program, &pareto))?;
    }

    #[test]
    fn counts_are_those_of_plain_loops(draft in drafts(), threads in 1_usize..5) {
        let Drafted { program, keep, .. } = build(&draft, pruned());
        let control = Control::default();
        let found = Count { keep }.run(&program, threads, &control).unwrap();
        prop_assert_eq!(found, kept(&program, keep).into_iter().filter(|kept| *kept).count() as u64);
        prop_assert_eq!(control.done(), program.space().combinations());
    }
}
