//! Numbers to test with.

use proptest::prelude::*;

/// Any double at all, with the awkward ones often.
pub(crate) fn doubles() -> impl Strategy<Value = f64> {
    let awkward = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::MIN_POSITIVE,
        5e-324,
        f64::MAX,
        0.5,
        -2.5,
    ];
    prop_oneof![
        proptest::sample::select(awkward.to_vec()),
        any::<u64>().prop_map(f64::from_bits),
        -1e3..1e3,
    ]
}
