//! What is demanded of nodes suffices: where they are at least as good, so is what is wanted.

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::draft::{drafts, small};
use super::{cases, digits, values};
use crate::exec::interval_eval::enclose;
use crate::numeric::kernels::Simd;
use crate::prune::monotonicity::{Demand, demands};
use crate::tape::{Node, Op};

/// Whether one value is at least as good as another one.
fn serves(demand: Demand, value: f64, other: f64) -> bool {
    let present = value.is_nan() == other.is_nan();
    match demand {
        Demand::Nothing => true,
        Demand::Presence => present,
        Demand::Small => present && (value <= other || value.is_nan()),
        Demand::Large => present && (value >= other || value.is_nan()),
        Demand::Same => value.to_bits() == other.to_bits() || (value.is_nan() && other.is_nan()),
    }
}

proptest! {
    #![proptest_config(cases(12_000))]

    #[test]
    fn what_is_demanded_suffices(
        draft in prop_oneof![1 => drafts(), 9 => small()],
        groups in any::<u8>(),
        wanted in proptest::collection::vec(
            (any::<Index>(), select(vec![Demand::Small, Demand::Large, Demand::Same, Demand::Presence])), 1..3,
        ),
    ) {
        let drafted = draft.build(Simd::BASELINE);
        let (program, nodes) = (drafted.program, drafted.known);
        let outer = draft.sizes.len();
        let within = u64::from(groups) & ((1 << outer) - 1);
        if program.points(within) > 100 {
            return Ok(());
        }
        // The last node is the longest one.
        let mut wanted: Vec<(Node, Demand)> = wanted.iter().map(|(node, demand)| (*node.get(&nodes), *demand)).collect();
        wanted[0].0 = nodes[nodes.len() - 1];

        let demanded = demands(&program, &enclose(&program), &wanted, within, |_| false);
        let masks = program.masks();
        let (mut bottleneck, mut fixed) = (vec![], 0);
        for (node, demand) in demanded.into_iter().enumerate().filter(|(_, demand)| *demand != Demand::Nothing) {
            if masks[node] & within == 0 {
                continue;
            }
            if masks[node] & !within == 0 {
                bottleneck.push((node as Node, demand));
            } else if matches!(program.tape().ops()[node], Op::Leaf(_)) {
                fixed |= masks[node] & within;
            }
        }
        let read = |list: &[(Node, Demand)]| values(&program, &list.iter().map(|(node, _)| *node).collect::<Vec<_>>());
        let (through, results) = (read(&bottleneck), read(&wanted));
        let all = digits(program.space().sizes());
        let place = |digits: &[usize]| digits.iter().zip(&draft.sizes).fold(0, |place, (digit, size)| place * size + digit);
        // The same combination with other digits of the groups.
        let moved = |to: &[usize], from: &[usize]| -> usize {
            let digits: Vec<usize> = (0..outer).map(|group| if within >> group & 1 == 1 { to[group] } else { from[group] }).collect();
            place(&digits)
        };
        let first = |digits: &&Vec<usize>| (0..outer).all(|group| within >> group & 1 == 1 || digits[group] == 0);
        let points: Vec<&Vec<usize>> = all.iter().filter(first).collect();
        let others: Vec<&Vec<usize>> = all.iter().filter(|digits| (0..outer).all(|group| within >> group & 1 == 0 || digits[group] == 0)).collect();
        for a in &points {
            for b in &points {
                let (i, j) = (place(a), place(b));
                let alike = (0..outer).all(|group| fixed >> group & 1 == 0 || a[group] == b[group]);
                let better = bottleneck.iter().zip(&through).all(|((_, demand), values)| serves(*demand, values[i], values[j]));
                if i == j || !alike || !better {
                    continue;
                }
                for other in others.iter().take(40) {
                    let (i, j) = (moved(a, other), moved(b, other));
                    for ((node, demand), values) in wanted.iter().zip(&results) {
                        prop_assert!(
                            serves(*demand, values[i], values[j]),
                            "{demand:?} of {node}: {} and {} where {a:?} is better than {b:?} in {bottleneck:?}", values[i], values[j],
                        );
                    }
                }
            }
        }
    }
}
