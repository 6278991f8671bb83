//! Parts have all the answers of the whole.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::Index;

use super::draft::{Draft, Drafted, chains, drafts, small};
use super::{cases, digits, row, values};
use crate::numeric::kernels::Simd;
use crate::numeric::scalar::holds;
use crate::prune::monotonicity::Direction;
use crate::prune::{Goal, Part};
use crate::run::Control;
use crate::tape::Node;

/// What is known of a combination.
#[derive(Clone, Debug)]
struct Known {
    row: u64,
    cell: u32,
    kept: bool,
    /// The objectives, all to be small.
    point: Vec<f64>,
}

/// All combinations of a part.
fn all(part: &Part, goal: &Goal) -> Vec<Known> {
    let objectives: Vec<Node> = goal.objectives.iter().map(|(node, _)| *node).collect();
    let points = values(&part.program, &objectives);
    let kept = goal
        .keep
        .map(|keep| values(&part.program, &[keep]).remove(0));
    let known = |(place, digits): (usize, Vec<usize>)| {
        let cell =
            |(adds, digit): (&Vec<u32>, &usize)| adds.get(*digit).copied().unwrap_or_default();
        let sign = |direction| {
            if direction == Direction::Maximise {
                -1.0
            } else {
                1.0
            }
        };
        let signs = goal
            .objectives
            .iter()
            .map(|(_, direction)| sign(*direction));
        Known {
            row: row(&part.program, &digits),
            cell: part.adds.iter().zip(&digits).map(cell).sum(),
            kept: kept.as_ref().is_none_or(|kept| holds(kept[place])),
            point: points
                .iter()
                .zip(signs)
                .map(|(values, sign)| values[place] * sign + 0.0)
                .collect(),
        }
    };
    digits(part.program.space().sizes())
        .into_iter()
        .enumerate()
        .map(known)
        .collect()
}

/// What is asked for.
#[derive(Debug, PartialEq)]
enum Answers {
    /// The lowest row that is kept and not finite.
    Fault(u64),
    /// The best of each cell, and (where all are in one) the front.
    Found(BTreeMap<u32, (Vec<f64>, u64)>, Vec<u64>),
}

fn answers(part: &Part, goal: &Goal) -> Answers {
    let mut kept = all(part, goal);
    kept.retain(|known| known.kept);
    let faulty = |known: &&Known| known.point.iter().any(|value| !value.is_finite());
    if let Some(row) = kept.iter().filter(faulty).map(|known| known.row).min() {
        return Answers::Fault(row);
    }
    kept.sort_by(|a, b| {
        a.point
            .partial_cmp(&b.point)
            .unwrap()
            .then(a.row.cmp(&b.row))
    });
    if goal.objectives.len() == 1 {
        let mut best = BTreeMap::new();
        for known in kept {
            best.entry(known.cell).or_insert((known.point, known.row));
        }
        return Answers::Found(best, vec![]);
    }
    let mut front: Vec<Known> = vec![];
    for known in kept {
        let below = |other: &Known| other.point.iter().zip(&known.point).all(|(a, b)| a <= b);
        if !front.iter().any(below) {
            front.push(known);
        }
    }
    Answers::Found(
        BTreeMap::new(),
        front.into_iter().map(|known| known.row).collect(),
    )
}

/// What is asked of a draft: the last node and some others, in cells if it is one alone.
fn asked(
    draft: &Draft,
    drafted: &Drafted,
    objectives: &[(Index, bool)],
    cells: u8,
) -> (Part, Goal) {
    let last = drafted.known[drafted.known.len() - 1];
    let mut wanted: Vec<(Node, Direction)> = objectives
        .iter()
        .map(|(node, largest)| (*node.get(&drafted.known), Direction::of(*largest)))
        .collect();
    wanted[0].0 = last;
    let adds = |(group, size): (usize, &usize)| {
        let celled = objectives.len() == 1 && cells >> (2 * group) & 3 == 3;
        (0..if celled { *size as u32 } else { 0 })
            .map(|digit| digit % 3 * 3_u32.pow(group as u32))
            .collect()
    };
    let adds: Vec<Vec<u32>> = draft.sizes.iter().enumerate().map(adds).collect();
    let goal = Goal {
        objectives: wanted,
        keep: drafted.keep,
        apart: vec![],
    };
    (Part::new(&drafted.program, &adds), goal)
}

/// What a part answers, where there is nothing left if no row is kept.
fn reduced(part: Part, goal: &Goal) -> Answers {
    match part.reduced(goal, 1, &Control::default()).unwrap() {
        Some(part) => answers(&part, goal),
        None => Answers::Found(BTreeMap::new(), vec![]),
    }
}

fn one() -> impl Strategy<Value = Vec<(Index, bool)>> {
    proptest::collection::vec(any::<(Index, bool)>(), 1)
}

fn questions() -> impl Strategy<Value = (Draft, Vec<(Index, bool)>, u8)> {
    (
        prop_oneof![1 => drafts(), 2 => small()],
        proptest::collection::vec(any::<(Index, bool)>(), 1..4),
        any::<u8>(),
    )
}

proptest! {
    #![proptest_config(cases(6000))]

    #[test]
    fn what_is_left_has_the_best_and_the_front((draft, objectives, cells) in questions(), tables in any::<bool>()) {
        let (mut part, goal) = asked(&draft, &draft.build(Simd::BASELINE), &objectives, cells);
        let expected = answers(&part, &goal);
        if tables {
            part = part.with_tables(&goal, 1, &Control::default()).unwrap();
        }
        prop_assert_eq!(reduced(part, &goal), expected);
    }

    #[test]
    fn near_ties_of_products_are_told_apart((draft, objectives, cells) in (chains(), one(), Just(0_u8))) {
        let (part, goal) = asked(&draft, &draft.build(Simd::BASELINE), &objectives, cells);
        let expected = answers(&part, &goal);
        prop_assert_eq!(reduced(part, &goal), expected);
    }
}

proptest! {
    #![proptest_config(cases(1500))]

    #[test]
    fn tables_and_orders_change_nothing_that_is_kept((draft, objectives, cells) in questions()) {
        let (part, goal) = asked(&draft, &draft.build(Simd::BASELINE), &objectives, cells);
        let by_row = |part: &Part| {
            let all = all(part, &goal).into_iter();
            all.map(|known| (known.row, known)).collect::<BTreeMap<u64, Known>>()
        };
        let before = by_row(&part);
        let control = Control::default();
        let tabulated = part.with_tables(&goal, 1, &control).unwrap();
        let after = [by_row(&tabulated), by_row(&tabulated.ordered(&goal, 1, &control).unwrap())];
        for after in after {
            prop_assert_eq!(after.len(), before.len());
            for (known, other) in before.values().zip(after.values()) {
                prop_assert_eq!((known.row, known.cell, known.kept), (other.row, other.cell, other.kept));
                let same = |(a, b): (&f64, &f64)| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
                let same = known.point.iter().zip(&other.point).all(same);
                prop_assert!(!known.kept || same, "{known:?} became {other:?}");
            }
        }
    }
}
