//! Points that nobody dominates are those of the definition, however many there are and in whatever order they come.

#![allow(clippy::unwrap_used)]

use gigacost_engine::skyline::{Front, MOST_DIMS, Points, Skyline};
use numbers::doubles;
use proptest::prelude::*;
use proptest::sample::select;

mod numbers;

/// A point and its row.
type Point = (Vec<f64>, u64);

/// Coordinates: few different ones, so that there are many ties, or any at all.
fn coordinates() -> impl Strategy<Value = f64> {
    let few = [-0.0, 0.0, 1.0, 2.0, 3.0, f64::INFINITY, f64::NEG_INFINITY];
    prop_oneof![
        8 => select(few.to_vec()),
        1 => doubles().prop_filter("a number", |value| !value.is_nan()),
    ]
}

/// Points for which every coordinate gained is one lost, nearly.
fn opposed(dims: usize) -> impl Strategy<Value = Vec<f64>> {
    (proptest::collection::vec(0..40_i32, dims), 0..5_i32).prop_map(|(mut point, above)| {
        let others: i32 = point[1..].iter().sum();
        point[0] = above - others;
        point.into_iter().map(f64::from).collect()
    })
}

/// Up to so many points of some number of coordinates.
fn points(most: usize) -> impl Strategy<Value = (usize, Vec<Point>)> {
    (1..=MOST_DIMS).prop_flat_map(move |dims| {
        let tied = proptest::collection::vec(coordinates(), dims);
        let point = prop_oneof![tied.boxed(), opposed(dims).boxed()];
        let rows = prop_oneof![0..6_u64, any::<u64>()];
        let kind = proptest::collection::vec((point, rows), 0..most);
        let opposed = proptest::collection::vec((opposed(dims), any::<u64>()), 0..most);
        (Just(dims), prop_oneof![kind.boxed(), opposed.boxed()])
    })
}

fn dominates(a: &Point, b: &Point) -> bool {
    a.0.iter().zip(&b.0).all(|(a, b)| a <= b) && (a.0 != b.0 || a.1 < b.1)
}

fn packed(dims: usize, points: &[Point]) -> Points {
    let mut packed = Points::new(dims);
    for (point, row) in points {
        packed.push(point, *row);
    }
    packed
}

/// Points as something to compare: in order, those that are equal once.
fn set<'a>(points: impl Iterator<Item = (&'a [f64], u64)>) -> Vec<(Vec<u64>, u64)> {
    let bits = |point: &[f64]| point.iter().map(|value| (value + 0.0).to_bits()).collect();
    let mut set: Vec<(Vec<u64>, u64)> = points.map(|(point, row)| (bits(point), row)).collect();
    set.sort_unstable();
    set.dedup();
    set
}

/// The points of the definition.
fn front(points: &[Point]) -> Vec<(Vec<u64>, u64)> {
    let best = |point: &&Point| !points.iter().any(|other| dominates(other, point));
    let best = points.iter().filter(best);
    set(best.map(|(point, row)| (&point[..], *row)))
}

proptest! {
    #[test]
    fn what_nobody_dominates_is_kept_and_the_rest_knows_by_whom(
        many in proptest::collection::vec(points(400), 1..4),
    ) {
        // One after the other with the same buffers.
        let mut skyline = Skyline::default();
        for (dims, points) in many {
            let flat = packed(dims, &points);
            let by = skyline.find(dims, flat.values(), flat.rows());
            prop_assert_eq!(by.len(), points.len());
            for (i, (point, by)) in points.iter().zip(by.iter().map(|by| *by as usize)).enumerate() {
                let beaten = points.iter().any(|other| dominates(other, point));
                prop_assert_eq!(by != i, beaten);
                if beaten {
                    prop_assert!(dominates(&points[by], point));
                    prop_assert!(!points.iter().any(|other| dominates(other, &points[by])));
                }
            }
        }
    }

    #[test]
    fn a_front_grows_to_what_all_points_have(
        (dims, points) in points(600),
        mut cuts in proptest::collection::vec(0.0..1.0_f64, 0..12),
        again in 0.0..1.0_f64,
    ) {
        let mut grown = Front::new(dims);
        let at = |share: f64| (share * points.len() as f64) as usize;
        cuts.push(1.0);
        cuts.sort_unstable_by(f64::total_cmp);
        let mut start = 0;
        for end in cuts.into_iter().map(at) {
            // Some have been seen before.
            let known = at(again).min(start);
            grown.extend(&packed(dims, &points[known..end]));
            start = end;
            let expected = front(&points[..end]);
            prop_assert_eq!(grown.len(), expected.len());
            prop_assert_eq!(grown.is_empty(), expected.is_empty());
            prop_assert_eq!(set(grown.points().iter()), expected);
        }
        for point in &points {
            let (corner, row) = (&point.0, point.1);
            let beaten = points.iter().any(|other| dominates(other, point));
            prop_assert_eq!(grown.is_dominated(corner, row), beaten);
            let found = grown.dominator(corner, row);
            prop_assert!(found.is_none_or(|found| found.iter().zip(corner).all(|(a, b)| a <= b)));
        }
    }

    #[test]
    fn any_point_can_be_asked_for(
        (dims, points) in points(300),
        asked in proptest::collection::vec((proptest::collection::vec(coordinates(), MOST_DIMS), 0..6_u64), 1..30),
    ) {
        let mut grown = Front::new(dims);
        grown.extend(&packed(dims, &points));
        for (point, row) in asked {
            let point = (point[..dims].to_vec(), row);
            let beaten = points.iter().any(|other| dominates(other, &point));
            prop_assert_eq!(grown.is_dominated(&point.0, row), beaten);
        }
    }
}

#[test]
fn many_points_have_the_same_front_at_once_and_bit_by_bit() {
    let mut skyline = Skyline::default();
    for dims in 2..=5 {
        // Whole numbers that a linear congruential generator draws; their sum is nearly the same for all points.
        let mut state = dims as u64;
        let mut random = |below: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 33) % below
        };
        let points: Vec<Point> = (0..30_000)
            .map(|row| {
                let mut point: Vec<f64> = (1..dims).map(|_| random(1000) as f64).collect();
                point.push(random(20) as f64 - point.iter().sum::<f64>());
                (point, row)
            })
            .collect();
        let all = packed(dims, &points);
        let by = skyline.find(dims, all.values(), all.rows()).iter();
        let kept = by.enumerate().filter(|(i, by)| **by as usize == *i);
        let kept: Vec<&Point> = kept.map(|(i, _)| &points[i]).collect();
        assert!(kept.len() > 500);
        let mut grown = Front::new(dims);
        for batch in points.chunks(700) {
            grown.extend(&packed(dims, batch));
        }
        assert_eq!(grown.len(), kept.len());
        assert_eq!(
            set(grown.points().iter()),
            set(kept.iter().map(|(point, row)| (&point[..], *row)))
        );
        for (point, row) in &points {
            let known = kept.binary_search_by_key(row, |(_, row)| *row).is_ok();
            assert_eq!(grown.is_dominated(point, *row), !known);
        }
    }
}
