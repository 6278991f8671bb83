//! Tables to write: random ones, a large one, and small ones by hand.

use gigacost_engine::Blocks;
use gigacost_engine::write::Options;
use proptest::collection::vec as many;
use proptest::prelude::*;

use crate::tables::{Given, Table};

pub(crate) const LABELS: [&str; 9] = [
    "h100-sxm",
    "",
    "a,b",
    "say \"hi\"",
    "two\nlines",
    "=1+1",
    "-x",
    "ünï😀",
    "a label that is longer than the thirty-two bytes copied at a time",
];

pub(crate) fn finite() -> impl Strategy<Value = f64> {
    prop_oneof![
        proptest::num::f64::NORMAL | proptest::num::f64::SUBNORMAL | proptest::num::f64::ZERO,
        (-3_i32..3).prop_map(f64::from),
        Just(1e15),
        Just(1e16),
        Just(f64::MAX),
        Just(f64::MIN_POSITIVE),
    ]
    // A negative zero is written as a positive one.
    .prop_map(|value| value + 0.0)
}

pub(crate) fn texts() -> Vec<String> {
    LABELS.map(str::to_owned).to_vec()
}

/// Some groups of a space, ascending.
pub(crate) fn groups(sizes: usize) -> impl Strategy<Value = Vec<usize>> {
    proptest::sample::subsequence((0..sizes).collect::<Vec<_>>(), 0..=sizes)
}

/// A column over some groups of a space; those of tables have far fewer values than the space.
pub(crate) fn column(sizes: Vec<u64>) -> impl Strategy<Value = Given> {
    let all = sizes.len();
    (0..6_usize, 0..all, groups(all)).prop_flat_map(move |(kind, group, groups)| {
        let digits = sizes[group] as usize;
        let values = groups
            .iter()
            .map(|group| sizes[*group] as usize)
            .product::<usize>();
        let label = 0..LABELS.len();

        match kind {
            0 => many(prop_oneof![any::<i64>(), -2..2_i64], digits)
                .prop_map(move |values| Given::Integers(group, values))
                .boxed(),
            1 => many(finite(), digits)
                .prop_map(move |values| Given::Floats(group, values))
                .boxed(),
            2 => many(0..LABELS.len() as i32, digits)
                .prop_map(move |codes| Given::Labels(group, codes, texts()))
                .boxed(),
            3 => many(finite(), values)
                .prop_map(move |values| Given::Numbers(groups.clone(), values))
                .boxed(),
            4 => many(proptest::option::of(finite()), values)
                .prop_map(move |values| Given::Nullable(groups.clone(), values))
                .boxed(),
            _ => many(label, values)
                .prop_map(move |codes| Given::States(groups.clone(), codes, texts()))
                .boxed(),
        }
    })
}

pub(crate) fn keep(sizes: Vec<u64>) -> impl Strategy<Value = Option<(Vec<usize>, Vec<bool>)>> {
    let some = (groups(sizes.len()), 0.02..1.0).prop_flat_map(move |(groups, share)| {
        let values: u64 = groups.iter().map(|group| sizes[*group]).product();
        proptest::collection::vec(proptest::bool::weighted(share), values as usize)
            .prop_map(move |kept| (groups.clone(), kept))
    });
    proptest::option::of(some)
}

/// Any columns over any space, and any condition.
pub(crate) fn table() -> impl Strategy<Value = Table> {
    let sizes = proptest::collection::vec(prop_oneof![1..6_u64, Just(9), Just(17)], 1..5)
        .prop_filter("small", |sizes| sizes.iter().product::<u64>() <= 1500);
    sizes.prop_flat_map(|sizes| {
        let columns = proptest::collection::vec(column(sizes.clone()), 2..7);
        (columns, keep(sizes.clone())).prop_map(move |(columns, keep)| Table {
            sizes: sizes.clone(),
            columns: (0..)
                .map(|index| format!("c{index}"))
                .zip(columns)
                .collect(),
            keep,
        })
    })
}

pub(crate) fn blocks() -> impl Strategy<Value = Blocks> {
    (1..200_usize, 1..500_u64).prop_map(|(region_rows, chunk_rows)| Blocks {
        region_rows,
        chunk_rows,
        ..Blocks::default()
    })
}

pub(crate) fn options() -> impl Strategy<Value = Options> {
    let dictionary = prop_oneof![Just(0), 1..40_u64, Just(1 << 16)];
    (1_usize..400, dictionary).prop_map(|(row_group_rows, dictionary_values)| Options {
        row_group_rows,
        dictionary_values,
        ..Options::default()
    })
}

/// 300,000 rows: labels and whole numbers, and numbers of every rank, some missing.
pub(crate) fn large() -> Table {
    let number = |index: usize| (index as f64).sqrt() * 1e-3;
    let cost = (0..300_000).map(|index| (index % 5 != 0).then(|| number(index)));
    let columns = vec![
        (
            "hardware",
            Given::Labels(1, (0..30).map(|digit| digit % 9).collect(), texts()),
        ),
        ("chips", Given::Integers(2, (0..100).collect())),
        (
            "hours",
            Given::Numbers(
                vec![0, 1, 2],
                (0..300_000).map(|i| f64::from(i) / 3.0).collect(),
            ),
        ),
        ("cost", Given::Nullable(vec![0, 1, 2], cost.collect())),
        (
            "loss",
            Given::Numbers(vec![0, 2], (0..10_000).map(number).collect()),
        ),
    ];
    Table {
        sizes: vec![100, 30, 100],
        columns: columns
            .into_iter()
            .map(|(name, given)| (name.to_owned(), given))
            .collect(),
        keep: None,
    }
}

/// A table of one row for each digit of its only group.
pub(crate) fn columns(columns: Vec<(&str, Given)>) -> Table {
    let size = match &columns[0].1 {
        Given::Integers(_, values) => values.len(),
        Given::Nullable(_, values) => values.len(),
        Given::Numbers(_, values) => values.len(),
        _ => 1,
    };
    Table {
        sizes: vec![size as u64],
        columns: columns
            .into_iter()
            .map(|(name, given)| (name.to_owned(), given))
            .collect(),
        keep: None,
    }
}
