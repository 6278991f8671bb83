//! How many random cases are tried.

use proptest::prelude::ProptestConfig;

/// So many random cases, or as many as the environment says.
pub(super) fn cases(usual: u32) -> ProptestConfig {
    let given = std::env::var("PROPTEST_CASES").is_ok();
    let cases = if given {
        ProptestConfig::default().cases
    } else {
        usual
    };
    ProptestConfig {
        failure_persistence: None,
        max_shrink_iters: 2000,
        ..ProptestConfig::with_cases(cases)
    }
}
