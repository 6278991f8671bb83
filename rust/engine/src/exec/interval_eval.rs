//! What encloses the values of a program's nodes.

use crate::exec::program::Program;
use crate::numeric::interval::Interval;
use crate::tape::{Fold, Node, Op};

/// An interval for each node of a program, over its whole space and all candidates of its searches.
pub(crate) fn enclose(program: &Program) -> Vec<Interval> {
    let mut intervals: Vec<Interval> = vec![];
    for op in program.tape().ops() {
        let leaf = |leaf| Interval::hull(program.leaf(leaf).values.iter().copied());
        let interval = replay(program, op, |node| intervals[node as usize], leaf);
        intervals.push(interval);
    }
    intervals
}

/// What encloses the values of an operation, where those of its operands and of leaves are enclosed.
pub(crate) fn replay(
    program: &Program,
    op: &Op,
    at: impl Fn(Node) -> Interval,
    leaf: impl Fn(u32) -> Interval,
) -> Interval {
    let searches = program.tape().searches();
    let axis = |search: u32, axis: u32| {
        let axis = &searches[search as usize].axes[axis as usize];
        Interval::hull(axis.values.iter().copied())
    };
    match *op {
        Op::Constant(bits) => Interval::point(f64::from_bits(bits)),
        Op::Leaf(of) => leaf(of),
        Op::SearchAxis { search, axis: of } => axis(search, of),
        Op::Unary(op, a) => at(a).unary(op),
        Op::Binary(op, a, b) => at(a).binary(op, at(b)),
        Op::Where(condition, a, b) => at(condition).select(at(a), at(b)),
        Op::Winner { search, .. } => {
            let candidates = searches[search as usize].candidates().unwrap_or_default();
            Interval {
                nan: true,
                ..Interval::new(0.0, candidates as f64)
            }
        }
        Op::Pick {
            search,
            axis: of,
            winner,
        } => Interval {
            nan: at(winner).nan,
            ..axis(search, of)
        },
        Op::Fold(fold, a) => folded(fold, at(a), program.draws()),
    }
}

/// What encloses a fold of so many values, each of which is enclosed. A sum is correctly rounded: its quotient is between
/// those of equal extremes as computed. The mean of equal values is what they are.
fn folded(fold: Fold, values: Interval, draws: usize) -> Interval {
    let count = draws as f64;
    let summed = |value: f64| match fold {
        Fold::Mean => value * count / count,
        Fold::Quantile(_) => value,
    };
    Interval {
        nan: !values.is_finite(),
        ..Interval::new(
            values.low.min(summed(values.low)),
            values.high.max(summed(values.high)),
        )
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::Arc;

    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;
    use crate::exec::leaf::Leaf;
    use crate::exec::tiling::Blocks;
    use crate::numeric::kernels::Simd;
    use crate::numeric::scalar;
    use crate::space::Space;
    use crate::tape::{Binary, Name, TapeBuilder, Unary};

    fn numbers() -> impl Strategy<Value = f64> {
        let strange = [
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            0.0,
            -0.0,
            1e308,
            -5e-324,
        ];
        prop_oneof![
            proptest::sample::select(strange.to_vec()),
            (-20_i8..20).prop_map(|half| f64::from(half) / 2.0),
            1.0..3.0,
        ]
    }

    /// Any operation on nodes that are known.
    fn op(which: Index, [a, b, c]: [Node; 3]) -> Op {
        let unary = Unary::ALL.map(|(op, _)| Op::Unary(op, a));
        let binary = Binary::ALL.map(|(op, _)| Op::Binary(op, a, b));
        let all = [&unary[..], &binary, &[Op::Where(c, a, b)]].concat();
        *which.get(&all)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn no_value_lies_outside(
            leaves in proptest::collection::vec(proptest::collection::vec(numbers(), 3), 1..5),
            constant in numbers(),
            ops in proptest::collection::vec((any::<Index>(), any::<[Index; 3]>()), 1..20),
        ) {
            let mut builder = TapeBuilder::new();
            let named = |name: usize| Name { name: name.to_string(), unit: String::new(), doc: String::new() };
            let mut known: Vec<Node> = (0..leaves.len()).map(|leaf| builder.leaf(named(leaf))).collect();
            known.push(builder.constant(constant));
            for (which, operands) in ops {
                let op = op(which, operands.map(|operand| *operand.get(&known)));
                known.push(builder.push(op).unwrap());
            }
            let tape = Arc::new(builder.finish(vec![]).unwrap());
            let tables = leaves.iter().map(|values| Leaf::new(vec![0], values[..].into()));
            let (space, blocks) = (Space::new(vec![3]).unwrap(), Blocks::default());
            let program = Program::new(Arc::clone(&tape), space, tables.collect(), Simd::BASELINE, blocks).unwrap();
            let intervals = enclose(&program);
            for row in 0..3 {
                let mut values: Vec<f64> = vec![];
                for (op, Interval { low, high, nan }) in tape.ops().iter().zip(&intervals) {
                    let at = |node: Node| values[node as usize];
                    let value = match *op {
                        Op::Constant(bits) => f64::from_bits(bits),
                        Op::Leaf(leaf) => program.leaf(leaf).values[row],
                        Op::Unary(op, a) => scalar::unary(op, at(a)),
                        Op::Binary(op, a, b) => scalar::binary(op, at(a), at(b)),
                        Op::Where(c, a, b) => scalar::select(at(c), at(a), at(b)),
                        _ => f64::NAN,
                    };
                    let inside = low.total_cmp(&value).is_le() && value.total_cmp(high).is_le();
                    prop_assert!(if value.is_nan() { *nan } else { inside }, "{op:?}: {value} outside of {low} to {high}");
                    values.push(value);
                }
            }
        }
    }
}
