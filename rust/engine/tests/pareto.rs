//! Fronts and counts of random programs are what plain loops over all rows find, however the space is cut up.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::cmp::Ordering;
use std::sync::Arc;

use gigacost_engine::numeric::scalar::holds;
use gigacost_engine::query::{Count, Pareto};
use gigacost_engine::run::Control;
use gigacost_engine::tape::{Binary, Name, Node, Op, Unary};
use gigacost_engine::{Blocks, Error, Leaf, Program, Simd, Space, TapeBuilder};
use proptest::prelude::*;
use proptest::sample::Index;

/// A random model: what its nodes are made of is drawn as numbers.
#[derive(Clone, Debug)]
struct Draft {
    /// The sizes of the groups of the space.
    space: Vec<u64>,
    /// The groups and the values of each leaf.
    leaves: Vec<(Vec<bool>, Vec<f64>)>,
    ops: Vec<(Index, Index, Index)>,
    objectives: Vec<(Index, bool)>,
    /// What is compared to say what is kept; nothing: all rows are kept.
    guards: Option<Vec<(Index, Index)>>,
}

/// Few different values, so that there are many ties; seldom something that is not finite.
fn values() -> impl Strategy<Value = f64> {
    prop_oneof![
        40 => (-6_i8..7).prop_map(|value| f64::from(value) / 2.0),
        20 => Just(-0.0),
        20 => -1e3..1e3,
        1 => prop_oneof![Just(f64::NAN), Just(f64::INFINITY)],
    ]
}

fn drafts() -> impl Strategy<Value = Draft> {
    let leaf = (
        proptest::collection::vec(any::<bool>(), 4),
        proptest::collection::vec(values(), 1..30),
    );
    let sizes = prop_oneof![1_u64..7, 15_u64..40];
    (
        proptest::collection::vec(sizes, 0..4),
        proptest::collection::vec(leaf, 1..6),
        proptest::collection::vec(any::<(Index, Index, Index)>(), 0..8),
        proptest::collection::vec(any::<(Index, bool)>(), 1..5),
        proptest::option::of(proptest::collection::vec(any::<(Index, Index)>(), 0..4)),
    )
        .prop_map(|(space, leaves, ops, objectives, guards)| Draft {
            space,
            leaves,
            ops,
            objectives,
            guards,
        })
}

fn blocks() -> impl Strategy<Value = Blocks> {
    let cut = (
        proptest::sample::select(vec![0, 1, 5, 64]),
        prop_oneof![1_usize..100, 100_usize..9000],
        1_u64..50,
        proptest::sample::select(vec![0, u64::MAX]),
    );
    let cut = cut.prop_map(
        |(table_values, region_rows, chunk_rows, prune_rows)| Blocks {
            table_values,
            region_rows,
            winners: 7,
            chunk_rows,
            prune_rows,
        },
    );
    prop_oneof![Just(Blocks::default()), cut]
}

fn levels() -> Vec<Simd> {
    Simd::all_available().collect()
}

fn name(name: &str) -> Name {
    Name {
        name: name.into(),
        unit: String::new(),
        doc: String::new(),
    }
}

/// The program of a draft, and what is asked of it.
fn program(draft: &Draft, simd: Simd, blocks: Blocks) -> (Program, Pareto) {
    const BINARY: [Binary; 6] = [
        Binary::Add,
        Binary::Subtract,
        Binary::Multiply,
        Binary::Minimum,
        Binary::Maximum,
        Binary::Less,
    ];
    let mut builder = TapeBuilder::new();
    let mut leaves = vec![];
    let mut known: Vec<Node> = vec![];
    for (i, (groups, values)) in draft.leaves.iter().enumerate() {
        let groups = (0..draft.space.len()).filter(|group| groups[*group]);
        let groups: Vec<usize> = groups.collect();
        let size: u64 = groups.iter().map(|group| draft.space[*group]).product();
        let values = values.iter().copied().cycle().take(size as usize);
        leaves.push(Leaf::new(groups, values.collect()));
        known.push(builder.leaf(name(&i.to_string())));
    }
    for (op, a, b) in &draft.ops {
        let (a, b) = (*a.get(&known), *b.get(&known));
        let op = match op.index(BINARY.len() + 2) {
            0 => Op::Unary(Unary::Floor, a),
            1 => Op::Where(a, b, known[0]),
            op => Op::Binary(BINARY[op - 2], a, b),
        };
        known.push(builder.push(op).unwrap());
    }
    let objectives = draft.objectives.iter();
    let objectives = objectives.map(|(node, largest)| (*node.get(&known), *largest));
    let objectives = objectives.collect();
    let keep = draft.guards.as_ref().map(|guards| {
        let mut keep = builder.constant(1.0);
        for (a, b) in guards {
            let guard = Op::Binary(Binary::LessEqual, *a.get(&known), *b.get(&known));
            let guard = builder.push(guard).unwrap();
            keep = builder.push(Op::Binary(Binary::Both, guard, keep)).unwrap();
        }
        keep
    });
    let tape = builder.finish(vec![]).unwrap();
    let space = Space::new(draft.space.clone()).unwrap();
    let program = Program::new(Arc::new(tape), space, leaves, simd, blocks).unwrap();
    (program, Pareto { objectives, keep })
}

/// The values of some nodes in each row.
fn rows(program: &Program, nodes: &[Node]) -> Vec<Vec<f64>> {
    let schedule = program.schedule(nodes).unwrap();
    let mut reader = schedule.reader();
    let combinations = program.space().combinations();
    let row = |row: u64| {
        let region = program.space().region(row, row + 1, 1);
        reader.enter(&region, &Control::default()).unwrap();
        let mut value = [0.0];
        let read = |which: usize| {
            reader.read(which, &mut value);
            value[0]
        };
        (0..nodes.len()).map(read).collect()
    };
    (0..combinations).map(row).collect()
}

/// The kept rows with their points (all coordinates to be small), or the lowest row at fault.
fn kept(program: &Program, pareto: &Pareto) -> Result<Vec<(u64, Vec<f64>)>, u64> {
    let nodes: Vec<Node> = pareto.objectives.iter().map(|(node, _)| *node).collect();
    let points = rows(program, &nodes);
    let keep = pareto.keep.map(|keep| rows(program, &[keep]));
    let mut kept = vec![];
    for (row, mut point) in (0..).zip(points) {
        if keep
            .as_ref()
            .is_some_and(|keep| !holds(keep[row as usize][0]))
        {
            continue;
        }
        if point.iter().any(|value| !value.is_finite()) {
            return Err(row);
        }
        for (value, (_, largest)) in point.iter_mut().zip(&pareto.objectives) {
            *value *= if *largest { -1.0 } else { 1.0 };
        }
        kept.push((row, point));
    }
    Ok(kept)
}

/// The front by its definition.
fn front(mut kept: Vec<(u64, Vec<f64>)>) -> Vec<u64> {
    let beaten = |row: u64, point: &[f64]| {
        kept.iter().any(|(other, better)| {
            better.iter().zip(point).all(|(a, b)| a <= b) && (better != point || *other < row)
        })
    };
    let beaten: Vec<bool> = kept
        .iter()
        .map(|(row, point)| beaten(*row, point))
        .collect();
    let mut beaten = beaten.into_iter();
    kept.retain(|_| !beaten.next().unwrap());
    kept.sort_by(|(i, a), (j, b)| a.partial_cmp(b).unwrap_or(Ordering::Equal).then(i.cmp(j)));
    kept.into_iter().map(|(row, _)| row).collect()
}

proptest! {
    #[test]
    fn fronts_are_those_of_plain_loops(
        draft in drafts(), blocks in blocks(), level in any::<Index>(), threads in 1_usize..4,
    ) {
        let (program, pareto) = program(&draft, *level.get(&levels()), blocks);
        let found = pareto.run(&program, &program.rows(), threads, &Control::default());
        match (kept(&program, &pareto).map(front), found) {
            (Ok(expected), Ok(found)) => prop_assert_eq!(found.rows(), expected),
            (Err(lowest), Err(Error::NotFinite { row, .. })) => prop_assert_eq!(row, lowest),
            other => prop_assert!(false, "{:?}", other),
        }
    }

    #[test]
    fn counts_are_those_of_plain_loops(
        draft in drafts(), blocks in blocks(), level in any::<Index>(), threads in 1_usize..4,
    ) {
        let (program, Pareto { keep, .. }) = program(&draft, *level.get(&levels()), blocks);
        let control = Control::default();
        let found = Count { keep }.run(&program, &program.rows(), threads, &control).unwrap();
        let combinations = program.space().combinations();
        let expected = keep.map_or(combinations, |keep| {
            let held = rows(&program, &[keep]);
            held.iter().filter(|row| holds(row[0])).count() as u64
        });
        prop_assert_eq!(found, expected);
        prop_assert_eq!(control.done(), combinations);
    }
}

#[test]
fn a_front_has_from_one_to_eight_objectives() {
    let mut builder = TapeBuilder::new();
    let x = builder.leaf(name("x"));
    let tape = Arc::new(builder.finish(vec![]).unwrap());
    let leaf = Leaf::new(vec![0], [3.0, -1.0, -1.0].into());
    let space = Space::new(vec![3]).unwrap();
    let program = Program::new(tape, space, vec![leaf], Simd::best(), Blocks::default()).unwrap();
    for count in 0..10 {
        let pareto = Pareto {
            objectives: vec![(x, false); count],
            keep: None,
        };
        match pareto.run(&program, &program.rows(), 1, &Control::default()) {
            Ok(found) => assert_eq!(
                (found.rows().to_vec(), (1..=8).contains(&count)),
                (vec![1], true)
            ),
            Err(Error::Invalid(_)) => assert!(count == 0 || count > 8),
            Err(other) => panic!("{other}"),
        }
    }
}
