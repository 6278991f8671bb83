//! The best, fronts and counts of spaces that are searched box by box are those of plain loops over all rows.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../cases/mod.rs"]
mod cases;
mod drafts;
mod ranges;

use std::collections::{BTreeMap, HashSet};

use cases::cases;
use drafts::{Drafted, build, drafts, kept, pruned, values};
use gigacost_engine::query::{Count, Pareto, Top, Winner};
use gigacost_engine::run::Control;
use gigacost_engine::tape::Node;
use gigacost_engine::{Error, Program};
use proptest::prelude::*;
use proptest::sample::Index;

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
            known: None,
        };
        let control = Control::default();
        agree(top.run(&program, &program.rows(), threads, &control), best(&program, &top))?;
    }

    #[test]
    fn fronts_are_those_of_plain_loops(draft in drafts(), others in any::<[Index; 2]>(), threads in 1_usize..5) {
        let Drafted { program, results, keep } = build(&draft, pruned());
        let others = others.iter().map(|node| *node.get(&results));
        let nodes = std::iter::once(results[results.len() - 1]).chain(others);
        let objectives = nodes.zip(draft.largest.iter().copied()).collect();
        let pareto = Pareto { objectives, keep };
        let found = pareto.run(&program, &program.rows(), threads, &Control::default());
        agree(found.map(|found| found.rows().to_vec()), front(&program, &pareto))?;
    }

    #[test]
    fn counts_are_those_of_plain_loops(draft in drafts(), threads in 1_usize..5) {
        let Drafted { program, keep, .. } = build(&draft, pruned());
        let control = Control::default();
        let found = Count { keep }.run(&program, &program.rows(), threads, &control).unwrap();
        prop_assert_eq!(found, kept(&program, keep).into_iter().filter(|kept| *kept).count() as u64);
        prop_assert_eq!(control.done(), program.space().combinations());
    }
}
