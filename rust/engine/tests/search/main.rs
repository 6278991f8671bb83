//! Searches find what a plain loop over all candidates finds, however the space is cut up.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod large;
mod models;
mod plain;

use gigacost_engine::query::{Measure, Summary, fill};
use gigacost_engine::run::Control;
use gigacost_engine::{Blocks, Simd};
use models::{Draft, drafts, program, sums};
use plain::Plain;
use proptest::prelude::*;
use proptest::sample::Index;

fn blocks() -> impl Strategy<Value = Blocks> {
    let cut = (
        proptest::sample::select(vec![0, 1, 5, 64]),
        prop_oneof![1_usize..100, 100_usize..9000],
        proptest::sample::select(vec![0, 7, 1 << 26]),
        1_u64..50,
    );
    let cut = cut.prop_map(|(table_values, region_rows, winners, chunk_rows)| Blocks {
        table_values,
        region_rows,
        winners,
        chunk_rows,
        prune_rows: 0,
    });
    prop_oneof![Just(Blocks::default()), cut]
}

fn levels() -> Vec<Simd> {
    Simd::all_available().collect()
}

/// Whether the engine finds in a draft what plain loops find.
fn check(draft: &Draft, blocks: Blocks, level: Index, threads: usize) -> Result<(), TestCaseError> {
    let (program, result) = program(draft, *level.get(&levels()), blocks);
    let rows = program.space().combinations();
    let expected: Vec<f64> = (0..rows)
        .map(|row| {
            let digits = (0..draft.space.len())
                .map(|group| program.space().digit(row, group))
                .collect();
            let plain = Plain {
                tape: program.tape(),
                draft,
                digits,
            };
            plain.values(result, &[])[result as usize] + 0.0
        })
        .collect();
    let control = Control::default();
    let column = Measure {
        value: result,
        null: None,
    };
    let mut found = vec![f64::NAN; rows as usize];
    fill(&program, &[column], vec![&mut found], threads, &control).unwrap();
    prop_assert_eq!(&found, &expected);
    // Over the groups it depends on it is the same.
    let groups = program.groups(result);
    let over = program.over(&groups).unwrap();
    let mut fewer = vec![f64::NAN; over.space().combinations() as usize];
    fill(&over, &[column], vec![&mut fewer], threads, &control).unwrap();
    for (row, expected) in expected.iter().enumerate() {
        let digit = |group: &usize| program.space().digit(row as u64, *group);
        let place = groups
            .iter()
            .fold(0, |place, group| place * draft.space[*group] + digit(group));
        prop_assert_eq!(fewer[place as usize], *expected);
    }
    let summary = Summary {
        measures: vec![column],
        keep: None,
        state: None,
        squares: true,
        quantiles: vec![],
    };
    let summary = summary
        .run(&program, &program.rows(), threads, &control)
        .unwrap();
    prop_assert_eq!(
        summary.columns[0].min,
        expected.iter().copied().fold(f64::INFINITY, f64::min)
    );
    prop_assert_eq!(
        summary.columns[0].max,
        expected.iter().copied().fold(f64::NEG_INFINITY, f64::max)
    );
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 2000, ..ProptestConfig::with_cases(1000) })]

    #[test]
    fn searches_find_what_plain_loops_find(
        draft in drafts(), blocks in blocks(), level in any::<Index>(), threads in 1_usize..4,
    ) {
        check(&draft, blocks, level, threads)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 2000, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn searches_for_the_least_sum_find_what_plain_loops_find(
        draft in sums(), blocks in blocks(), level in any::<Index>(), threads in 1_usize..4,
    ) {
        check(&draft, blocks, level, threads)?;
    }
}
