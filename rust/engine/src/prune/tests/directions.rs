//! What is asked of nodes suffices: where they are at least as good, so is what is wanted.

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::draft::{drafts, small};
use super::{cases, digits, values};
use crate::exec::interval_eval::enclose;
use crate::numeric::kernels::Simd;
use crate::prune::monotonicity::{Direction, directions};
use crate::tape::{Node, Op};

/// Whether one value is at least as good as another one.
fn serves(direction: Direction, value: f64, other: f64) -> bool {
    let present = value.is_nan() == other.is_nan();
    match direction {
        Direction::Free => true,
        Direction::Presence => present,
        Direction::Minimise => present && (value <= other || value.is_nan()),
        Direction::Maximise => present && (value >= other || value.is_nan()),
        Direction::Fixed => {
            value.to_bits() == other.to_bits() || (value.is_nan() && other.is_nan())
        }
    }
}

proptest! {
    #![proptest_config(cases(12_000))]

    #[test]
    fn what_is_demanded_suffices(
        draft in prop_oneof![1 => drafts(), 9 => small()],
        groups in any::<u8>(),
        wanted in proptest::collection::vec(
            (any::<Index>(), select(vec![Direction::Minimise, Direction::Maximise, Direction::Fixed, Direction::Presence])), 1..3,
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
        let mut wanted: Vec<(Node, Direction)> = wanted.iter().map(|(node, direction)| (*node.get(&nodes), *direction)).collect();
        wanted[0].0 = nodes[nodes.len() - 1];

        let asked = directions(&program, &enclose(&program), &wanted, within, |_| false);
        let masks = program.masks();
        let (mut bottleneck, mut fixed) = (vec![], 0);
        for (node, direction) in asked.into_iter().enumerate().filter(|(_, direction)| *direction != Direction::Free) {
            if masks[node] & within == 0 {
                continue;
            }
            if masks[node] & !within == 0 {
                bottleneck.push((node as Node, direction));
            } else if matches!(program.tape().ops()[node], Op::Leaf(_)) {
                fixed |= masks[node] & within;
            }
        }
        let read = |list: &[(Node, Direction)]| values(&program, &list.iter().map(|(node, _)| *node).collect::<Vec<_>>());
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
                let better = bottleneck.iter().zip(&through).all(|((_, direction), values)| serves(*direction, values[i], values[j]));
                if i == j || !alike || !better {
                    continue;
                }
                for other in others.iter().take(40) {
                    let (i, j) = (moved(a, other), moved(b, other));
                    for ((node, direction), values) in wanted.iter().zip(&results) {
                        prop_assert!(
                            serves(*direction, values[i], values[j]),
                            "{direction:?} of {node}: {} and {} where {a:?} is better than {b:?} in {bottleneck:?}", values[i], values[j],
                        );
                    }
                }
            }
        }
    }
}
