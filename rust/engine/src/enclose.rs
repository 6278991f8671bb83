//! Intervals that enclose what the nodes of a program compute.
//!
//! Statements are about computed numbers: rounding is monotone, so end points that are computed like the values enclose
//! them. Zeros are told apart by their signs, −0 below 0: only so it is known what is divided by them.

use std::cmp::Ordering;

use crate::math;
use crate::program::Program;
use crate::tape::{Binary, Node, Op, Unary};

/// All numbers from one to another. A value that is NaN lies in any of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Interval {
    low: f64,
    high: f64,
}

impl Interval {
    /// All there are.
    const ALL: Self = Self::new(f64::NEG_INFINITY, f64::INFINITY);
    /// What an exponential or a power is.
    const UNSIGNED: Self = Self::new(0.0, f64::INFINITY);
    const TRUTHS: Self = Self::new(0.0, 1.0);

    const fn new(low: f64, high: f64) -> Self {
        Self { low, high }
    }

    /// The least and the greatest of some numbers; all if none of them is one.
    fn hull(values: impl IntoIterator<Item = f64>) -> Self {
        let numbers = values.into_iter().filter(|value| !value.is_nan());
        let both = numbers.fold(None, |hull: Option<Self>, value| {
            let hull = hull.unwrap_or(Self::new(value, value));
            Some(Self::new(
                least(hull.low, value),
                greatest(hull.high, value),
            ))
        });
        both.unwrap_or(Self::ALL)
    }

    /// Whether no number in it is negative.
    pub(crate) fn is_unsigned(self) -> bool {
        self.low >= 0.0
    }

    /// Whether the signs of all numbers in it are known, those of zeros included.
    fn has_one_sign(self) -> bool {
        self.low.is_sign_negative() == self.high.is_sign_negative()
    }

    fn has_zero(self) -> bool {
        self.low <= 0.0 && self.high >= 0.0
    }

    fn join(self, other: Self) -> Self {
        Self::new(least(self.low, other.low), greatest(self.high, other.high))
    }

    /// The end points through a function that never falls; those that are no number then are as far out as can be.
    fn map(self, function: impl Fn(f64) -> f64) -> Self {
        let (low, high) = (function(self.low), function(self.high));
        Self::new(
            if low.is_nan() { f64::NEG_INFINITY } else { low },
            if high.is_nan() { f64::INFINITY } else { high },
        )
    }

    /// The end points of both through a function that rises or falls in each as long as the other one stays.
    fn corners(self, other: Self, function: impl Fn(f64, f64) -> f64) -> Self {
        let pairs = [
            (self.low, other.low),
            (self.low, other.high),
            (self.high, other.low),
            (self.high, other.high),
        ];
        Self::hull(pairs.map(|(a, b)| function(a, b)))
    }

    fn unary(self, op: Unary) -> Self {
        match op {
            Unary::Negative => Self::new(-self.high, -self.low),
            Unary::Sqrt => Self::new(greatest(self.low, -0.0), self.high).map(f64::sqrt),
            Unary::Floor | Unary::Ceil | Unary::RoundHalfEven => self.map(|x| math::unary(op, x)),
            Unary::Exp => Self::UNSIGNED,
            Unary::Log if self.low >= 1.0 => Self::UNSIGNED,
            Unary::Log => Self::ALL,
            Unary::Negate | Unary::Missing => Self::TRUTHS,
        }
    }

    fn binary(self, op: Binary, other: Self) -> Self {
        match op {
            Binary::Add => Self::new(self.low + other.low, self.high + other.high).map(|end| end),
            Binary::Subtract => self.binary(Binary::Add, other.unary(Unary::Negative)),
            Binary::Multiply => self.corners(other, |a, b| or_zero(a * b, a, b)),
            Binary::Divide if other.has_one_sign() => {
                self.corners(other, |a, b| or_zero(a / b, a, b))
            }
            Binary::Power if self.low > 0.0 => Self::UNSIGNED,
            Binary::Divide | Binary::Power => Self::ALL,
            Binary::Minimum => {
                let high = least(self.high, other.high);
                let zero = least(greatest(self.high, other.high), 0.0);
                // Of zeros either one may be chosen.
                let high = if high == 0.0 { zero } else { high };
                Self::new(least(self.low, other.low), high)
            }
            Binary::Maximum => {
                let [a, b] = [self, other].map(|side| side.unary(Unary::Negative));
                a.binary(Binary::Minimum, b).unary(Unary::Negative)
            }
            Binary::Less
            | Binary::LessEqual
            | Binary::Equal
            | Binary::NotEqual
            | Binary::Both
            | Binary::Either => Self::TRUTHS,
        }
    }
}

fn least(a: f64, b: f64) -> f64 {
    if a.total_cmp(&b) == Ordering::Less {
        a
    } else {
        b
    }
}

fn greatest(a: f64, b: f64) -> f64 {
    if a.total_cmp(&b) == Ordering::Greater {
        a
    } else {
        b
    }
}

/// The product or quotient of two end points. Next to 0 · ∞, 0 ÷ 0 and ∞ ÷ ∞, which are no numbers, are zeros of their
/// sign; what else is next to them is so to other end points.
fn or_zero(value: f64, a: f64, b: f64) -> f64 {
    if value.is_nan() {
        0.0_f64.copysign(a.signum() * b.signum())
    } else {
        value
    }
}

/// An interval for each node of a program, over its whole space and all candidates of its searches.
pub(crate) fn enclose(program: &Program) -> Vec<Interval> {
    let tape = program.tape();
    let mut intervals: Vec<Interval> = vec![];
    for op in tape.ops() {
        let at = |node: Node| intervals[node as usize];
        let axis = |search: u32, axis: u32| {
            let axis = &tape.searches()[search as usize].axes[axis as usize];
            Interval::hull(axis.values.iter().copied())
        };
        let interval = match *op {
            Op::Constant(bits) => Interval::hull([f64::from_bits(bits)]),
            Op::Leaf(leaf) => Interval::hull(program.leaf(leaf).values.iter().copied()),
            Op::SearchAxis { search, axis: of }
            | Op::Pick {
                search, axis: of, ..
            } => axis(search, of),
            Op::Unary(op, a) => at(a).unary(op),
            Op::Binary(op, a, b) => at(a).binary(op, at(b)),
            // A condition that is NaN holds.
            Op::Where(condition, a, _) if !at(condition).has_zero() => at(a),
            Op::Where(_, a, b) => at(a).join(at(b)),
            Op::Winner { .. } => Interval::UNSIGNED,
        };
        intervals.push(interval);
    }
    intervals
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::Arc;

    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;
    use crate::kernel::Simd;
    use crate::program::{Blocks, Leaf};
    use crate::space::Space;
    use crate::tape::{Name, TapeBuilder};

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
            let tables = leaves.iter().map(|values| Leaf { groups: vec![0], values: values[..].into() });
            let (space, blocks) = (Space::new(vec![3]).unwrap(), Blocks::default());
            let program = Program::new(Arc::clone(&tape), space, tables.collect(), Simd::Baseline, blocks).unwrap();
            let intervals = enclose(&program);
            for row in 0..3 {
                let mut values: Vec<f64> = vec![];
                for (op, Interval { low, high }) in tape.ops().iter().zip(&intervals) {
                    let at = |node: Node| values[node as usize];
                    let value = match *op {
                        Op::Constant(bits) => f64::from_bits(bits),
                        Op::Leaf(leaf) => program.leaf(leaf).values[row],
                        Op::Unary(op, a) => math::unary(op, at(a)),
                        Op::Binary(op, a, b) => math::binary(op, at(a), at(b)),
                        Op::Where(c, a, b) => math::select(at(c), at(a), at(b)),
                        _ => f64::NAN,
                    };
                    let inside = low.total_cmp(&value).is_le() && value.total_cmp(high).is_le();
                    prop_assert!(value.is_nan() || inside, "{op:?}: {value} outside of {low} to {high}");
                    values.push(value);
                }
            }
        }
    }
}
