//! Intervals against the values that they are made of.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;

/// Any double, with the awkward ones and those around 0, 1 and infinity often.
fn doubles() -> impl Strategy<Value = f64> {
    let awkward = vec![
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        0.0,
        -0.0,
        0.5,
        1.0,
        -1.0,
        2.0,
        5e-324,
        -5e-324,
        f64::MIN_POSITIVE,
        f64::MAX,
        f64::MIN,
    ];
    // Where exp and power overflow and underflow.
    let edges = select(vec![
        1.0_f64,
        709.782_712_893_384,
        -745.133_219_101_941_2,
        -708.4,
        1074.0,
        1024.0,
    ]);
    let near = (edges, -8_i64..9)
        .prop_map(|(edge, ulps)| f64::from_bits(edge.to_bits().wrapping_add_signed(ulps)));
    let powers = (-1075_i32..1025, any::<bool>()).prop_map(|(power, negative)| {
        let value = 2.0_f64.powi(power);
        if negative { -value } else { value }
    });
    prop_oneof![
        3 => select(awkward),
        1 => any::<u64>().prop_map(f64::from_bits),
        2 => -10.0..10.0,
        2 => near,
        1 => powers,
        1 => (-8_i8..9).prop_map(f64::from),
    ]
}

/// Values close to each other or far apart, and at most one that is NaN.
fn several() -> impl Strategy<Value = Vec<f64>> {
    let close =
        (doubles(), proptest::collection::vec(0_u64..100, 1..6)).prop_map(|(first, steps)| {
            let stepped = |step: &u64| f64::from_bits(first.to_bits().saturating_add(*step));
            steps.iter().map(stepped).collect()
        });
    prop_oneof![proptest::collection::vec(doubles(), 1..6), close]
}

fn encloses(Interval { low, high, nan }: Interval, value: f64) -> bool {
    if value.is_nan() {
        nan
    } else {
        low.total_cmp(&value).is_le() && value.total_cmp(&high).is_le()
    }
}

/// What lies between two of the values.
fn between(values: &[f64], [a, b]: [Index; 2], share: f64) -> f64 {
    let (a, b) = (*a.get(values), *b.get(values));
    let value = a + (b - a) * share;
    let (low, high) = if a.total_cmp(&b).is_lt() {
        (a, b)
    } else {
        (b, a)
    };
    let inside = low.total_cmp(&value).is_le() && value.total_cmp(&high).is_le();
    if inside { value } else { a }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(20_000) })]

    #[test]
    fn no_result_lies_outside(
        drawn in [several(), several(), several()],
        within in any::<[[Index; 2]; 3]>(),
        share in 0.0..1.0,
    ) {
        let mut sides = drawn;
        let intervals = sides.clone().map(Interval::hull);
        for (side, within) in sides.iter_mut().zip(within) {
            side.push(between(side, within, share));
        }
        let [a, b, c] = &sides;
        let [x, y, z] = intervals;
        for (op, name) in Unary::ALL {
            let found = x.unary(op);
            for &a in a {
                let value = scalar::unary(op, a);
                prop_assert!(encloses(found, value), "{name} of {a} in {x:?} is {value}, outside of {found:?}");
            }
        }
        for (op, name) in Binary::ALL {
            let found = x.binary(op, y);
            for (&a, &b) in a.iter().flat_map(|a| b.iter().map(move |b| (a, b))) {
                let value = scalar::binary(op, a, b);
                prop_assert!(encloses(found, value), "{name} of {a} in {x:?} and {b} in {y:?} is {value}, outside of {found:?}");
                let silent = a.is_nan() || b.is_nan() || !value.is_nan() || x.makes_nan(op, y);
                prop_assert!(silent, "{name} of {a} in {x:?} and {b} in {y:?} is NaN");
            }
        }
        let found = z.select(x, y);
        for (&c, (&a, &b)) in c.iter().flat_map(|c| a.iter().zip(b).map(move |pair| (c, pair))) {
            let value = scalar::select(c, a, b);
            prop_assert!(encloses(found, value), "{value}, chosen by {c}, outside of {found:?}");
        }
    }

    #[test]
    fn what_is_said_of_all_values_is_so(values in several(), more in several()) {
        let (interval, other) = (Interval::hull(values.clone()), Interval::hull(more.clone()));
        let holds = |value: &f64| scalar::holds(*value);
        prop_assert!(!interval.holds() || values.iter().all(holds));
        prop_assert!(interval.may_hold() || !values.iter().any(holds));
        prop_assert!(!interval.is_unsigned() || !values.iter().any(|value| *value < 0.0));
        prop_assert!(!interval.is_finite() || !values.iter().any(|value| value.is_infinite()));
        prop_assert_eq!(interval.nan, values.iter().any(|value| value.is_nan()));
        let joined = interval.join(other);
        for value in values.iter().chain(&more) {
            prop_assert!(encloses(joined, *value));
        }
    }
}

/// Points are as narrow as can be: what is exact of numbers is exact of points.
#[test]
fn points_stay_points() {
    let exact = [
        Binary::Add,
        Binary::Subtract,
        Binary::Multiply,
        Binary::Divide,
    ];
    for op in exact {
        for (a, b) in [
            (1.5, 3.0),
            (-0.1, 0.7),
            (1e308, 10.0),
            (5e-324, -0.5),
            (-0.0, 2.0),
        ] {
            let value = scalar::binary(op, a, b);
            assert_eq!(
                Interval::point(a).binary(op, Interval::point(b)),
                Interval::point(value)
            );
        }
    }
}
