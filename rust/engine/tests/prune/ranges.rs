//! Ranges of a space are answered alone; together they give what the whole space does.

use std::ops::Range;

use gigacost_engine::query::{Count, Digits, Measure, Pareto, Ranks, Summary, Top, Winner};
use gigacost_engine::run::Control;
use gigacost_engine::skyline::Points;
use gigacost_engine::{Error, Program};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::cases::cases;
use crate::drafts::{Drafted, build, drafts, pruned};

/// The ranges that some places, or equal cuts, make of a space.
fn ranges(program: &Program, places: &[Index], equal: bool) -> Vec<Range<u64>> {
    let (space, parts) = (program.space(), places.len() as u64 + 1);
    let mut ends: Vec<u64> = if equal {
        (0..=parts).map(|part| space.cut(part, parts)).collect()
    } else {
        let places = places
            .iter()
            .map(|at| at.index(space.combinations() as usize) as u64);
        places.chain([0, space.combinations()]).collect()
    };
    ends.sort_unstable();
    ends.windows(2).map(|ends| ends[0]..ends[1]).collect()
}

/// What every range gives; None where one of them has a fault, as the whole space then has.
fn each<T>(
    ranges: &[Range<u64>],
    mut answer: impl FnMut(&Range<u64>) -> Result<T, Error>,
) -> Option<Vec<T>> {
    ranges.iter().map(|range| answer(range).ok()).collect()
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn the_best_of_all_are_among_those_of_the_ranges(
        draft in drafts(),
        k in prop_oneof![Just(1), 2_usize..51],
        per in proptest::option::of((any::<Index>(), 1_u32..5)),
        places in proptest::collection::vec(any::<Index>(), 0..6),
        equal in any::<bool>(),
        threads in 1_usize..4,
    ) {
        let Drafted { program, results, keep } = build(&draft, pruned());
        let per = per.map(|(group, cells)| {
            let group = group.index(draft.sizes.len());
            (group, (0..draft.sizes[group] as u32).map(|digit| digit % cells).collect())
        });
        let mut top = Top {
            by: results[results.len() - 1],
            largest: draft.largest[0],
            keep,
            per: per.into_iter().collect(),
            k,
            distinct: vec![],
            known: None,
        };
        let control = Control::default();
        let whole = top.run(&program, &program.rows(), threads, &control);
        let sign = if top.largest { -1.0 } else { 1.0 };
        let mut best: Vec<Winner> = vec![];
        let parts = each(&ranges(&program, &places, equal), |range| {
            best.extend(top.run(&program, range, threads, &control)?);
            best.sort_by(|a, b| {
                let (a, b) = ((a.cell, a.value * sign + 0.0, a.row), (b.cell, b.value * sign + 0.0, b.row));
                a.partial_cmp(&b).unwrap()
            });
            let mut seen = std::collections::HashMap::new();
            best.retain(|one| {
                let seen = seen.entry(one.cell).or_insert(0);
                *seen += 1;
                *seen <= k
            });
            // Later ranges look for nothing worse.
            if top.per.is_empty() && best.len() == k {
                top.known = Some(best[k - 1].value);
            }
            Ok(())
        });
        match (whole, parts) {
            (Ok(whole), Some(_)) => prop_assert_eq!(best, whole),
            (whole, parts) => prop_assert!(whole.is_err() && (parts.is_none() || top.known.is_some())),
        }
    }

    #[test]
    fn fronts_of_ranges_have_the_front_of_all(
        draft in drafts(),
        others in any::<[Index; 2]>(),
        places in proptest::collection::vec(any::<Index>(), 0..6),
        equal in any::<bool>(),
        threads in 1_usize..4,
    ) {
        let Drafted { program, results, keep } = build(&draft, pruned());
        let others = others.iter().map(|node| *node.get(&results));
        let nodes = std::iter::once(results[results.len() - 1]).chain(others);
        let objectives: Vec<_> = nodes.zip(draft.largest.iter().copied()).collect();
        let dims = objectives.len();
        let pareto = Pareto { objectives, keep };
        let control = Control::default();
        let whole = pareto.run(&program, &program.rows(), threads, &control);
        let mut union = Points::new(dims);
        let parts = each(&ranges(&program, &places, equal), |range| {
            let found = pareto.run(&program, range, threads, &control)?;
            found.iter().for_each(|(point, row)| union.push(point, row));
            Ok(())
        });
        match (whole, parts) {
            (Ok(whole), Some(_)) => {
                let found = Pareto::of_points(&union, dims);
                prop_assert_eq!((found.rows(), found.values()), (whole.rows(), whole.values()));
            }
            (whole, parts) => prop_assert!(whole.is_err() && parts.is_none()),
        }
    }

    #[test]
    fn counts_and_statistics_of_ranges_add_up(
        draft in drafts(),
        places in proptest::collection::vec(any::<Index>(), 0..6),
        equal in any::<bool>(),
        threads in 1_usize..4,
    ) {
        let Drafted { program, results, keep } = build(&draft, pruned());
        let control = Control::default();
        let ranges = ranges(&program, &places, equal);
        let counts = each(&ranges, |range| Count { keep }.run(&program, range, threads, &control)).unwrap();
        let whole = Count { keep }.run(&program, &program.rows(), threads, &control).unwrap();
        prop_assert_eq!(counts.into_iter().sum::<u64>(), whole);

        let value = results[results.len() - 1];
        let mut summary = Summary {
            measures: vec![Measure { value, null: None }],
            keep,
            state: None,
            squares: true,
            quantiles: vec![0.0, 0.1, 0.5, 0.5, 1.0],
        };
        let whole = summary.run(&program, &program.rows(), threads, &control);
        let quantiles = std::mem::take(&mut summary.quantiles);
        let parts = each(&ranges, |range| summary.run(&program, range, threads, &control));
        let (Ok(whole), Some(parts)) = (whole.as_ref(), parts.as_ref()) else {
            prop_assert!(whole.is_err() && parts.is_none());
            return Ok(());
        };
        prop_assert_eq!(parts.iter().map(|part| part.kept).sum::<u64>(), whole.kept);
        let count = parts.iter().map(|part| part.columns[0].count).sum();
        prop_assert_eq!(count, whole.columns[0].count);
        let mut ranks = Ranks::new(&quantiles, &[count]);
        while let Some(round) = ranks.round() {
            let found = ranges.iter().map(|range| {
                summary.round(&program, range, &round, threads, &control).unwrap()
            });
            let mut all: Digits = round.nothing();
            found.for_each(|found| all.merge(&found));
            ranks.advance(&all);
        }
        prop_assert_eq!(&ranks.values()[0], &whole.columns[0].quantiles);
    }

    #[test]
    fn cuts_cover_a_space_once(draft in drafts(), parts in 1_u64..2000) {
        let Drafted { program, .. } = build(&draft, pruned());
        let space = program.space();
        let even = space.combinations() as f64 / parts as f64;
        prop_assert_eq!((space.cut(0, parts), space.cut(parts, parts)), (0, space.combinations()));
        for part in 0..parts {
            let (first, stop) = (space.cut(part, parts), space.cut(part + 1, parts));
            prop_assert!(first <= stop);
            prop_assert!(((stop - first) as f64 - even).abs() <= even / 8.0 + 1.0);
            let boxes = space.boxes(&(first..stop));
            prop_assert!(boxes.len() < 2 * space.sizes().len().max(1));
            prop_assert_eq!(boxes.iter().map(gigacost_engine::Region::rows).sum::<u64>(), stop - first);
        }
    }
}
