//! Intervals that enclose computed numbers.
//!
//! Statements are about computed numbers: rounding is monotone, so end points that are computed like the values enclose
//! them; `exp`, `log` and `power` are off by less than one unit in the last place, so theirs are widened by more. Zeros
//! are told apart by their signs, −0 below 0: only so it is known what is divided by them.

use std::cmp::Ordering;

use crate::numeric::scalar::{self, Binary, Unary};

#[cfg(test)]
mod tests;

/// By how many units in the last place the end points of what is not computed exactly are widened.
const WIDER: usize = 4;

/// All numbers from one to another, and perhaps NaN.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Interval {
    /// Above `high` where every value is NaN.
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// Whether a value may be NaN.
    pub(crate) nan: bool,
}

impl Interval {
    /// All there are.
    pub(crate) const ALL: Self = Self {
        low: f64::NEG_INFINITY,
        high: f64::INFINITY,
        nan: true,
    };
    /// No number at all.
    const NAN: Self = Self {
        low: f64::INFINITY,
        high: f64::NEG_INFINITY,
        nan: true,
    };
    const TRUE: Self = Self::new(1.0, 1.0);
    const FALSE: Self = Self::new(0.0, 0.0);
    const TRUTHS: Self = Self::new(0.0, 1.0);

    pub(crate) const fn new(low: f64, high: f64) -> Self {
        Self {
            low,
            high,
            nan: false,
        }
    }

    /// One value.
    pub(crate) fn point(value: f64) -> Self {
        if value.is_nan() {
            Self::NAN
        } else {
            Self::new(value, value)
        }
    }

    /// All of some values.
    pub(crate) fn hull(values: impl IntoIterator<Item = f64, IntoIter: Clone>) -> Self {
        let values = values.into_iter();
        let (mut low, mut high, mut nan) = (f64::INFINITY, f64::NEG_INFINITY, false);
        for value in values.clone() {
            low = if value < low { value } else { low };
            high = if value > high { value } else { high };
            nan |= value.is_nan();
        }
        if low != 0.0 && high != 0.0 && low <= high {
            Self { low, high, nan }
        } else {
            // Of zeros the signs count, which comparisons do not see.
            let all = values.map(Self::point);
            all.reduce(Self::join).unwrap_or(Self::ALL)
        }
    }

    /// Whether no number in it is negative.
    pub(crate) fn is_unsigned(self) -> bool {
        self.low >= 0.0
    }

    /// Whether every number in it is finite.
    pub(crate) fn is_finite(self) -> bool {
        self.is_empty() || (self.low.is_finite() && self.high.is_finite())
    }

    /// Whether every value is a finite number.
    pub(crate) fn is_sound(self) -> bool {
        !self.nan && self.is_finite()
    }

    /// Whether a truth value holds everywhere. One that is NaN does.
    pub(crate) fn holds(self) -> bool {
        !self.has_zero()
    }

    /// Whether a truth value may hold somewhere.
    pub(crate) fn may_hold(self) -> bool {
        self.nan || self.low != 0.0 || self.high != 0.0
    }

    /// Whether the signs of all numbers in it are known, those of zeros included.
    pub(crate) fn has_one_sign(self) -> bool {
        self.low.is_sign_negative() == self.high.is_sign_negative()
    }

    /// Whether every value is NaN.
    fn is_empty(self) -> bool {
        self.low > self.high
    }

    fn has_zero(self) -> bool {
        self.low <= 0.0 && self.high >= 0.0
    }

    fn has_infinity(self) -> bool {
        !self.is_finite()
    }

    /// What is in one or the other.
    pub(crate) fn join(self, other: Self) -> Self {
        Self {
            low: least(self.low, other.low),
            high: greatest(self.high, other.high),
            nan: self.nan || other.nan,
        }
    }

    /// The same numbers, and NaN if a value may be that.
    fn or_nan(self, nan: bool) -> Self {
        Self {
            nan: self.nan || nan,
            ..self
        }
    }

    /// The end points through a function that never falls; those that are no number then are as far out as can be.
    fn map(self, function: impl Fn(f64) -> f64) -> Self {
        let (low, high) = (function(self.low), function(self.high));
        Self {
            low: if low.is_nan() { f64::NEG_INFINITY } else { low },
            high: if high.is_nan() { f64::INFINITY } else { high },
            nan: self.nan,
        }
    }

    /// The end points of both through a function that rises or falls in each as long as the other one stays.
    fn corners(self, other: Self, function: impl Fn(f64, f64) -> f64) -> Self {
        let pairs = [
            (self.low, other.low),
            (self.low, other.high),
            (self.high, other.low),
            (self.high, other.high),
        ];
        let [first, rest @ ..] = pairs.map(|(a, b)| function(a, b));
        let hull =
            |hull: Self, value| Self::new(least(hull.low, value), greatest(hull.high, value));
        rest.into_iter().fold(Self::new(first, first), hull)
    }

    /// Wider by what a function that is not computed exactly may be off, but not below `least`.
    fn widened(self, least: f64) -> Self {
        let steps =
            |value: f64, next: fn(f64) -> f64| (0..WIDER).fold(value, |value, _| next(value));
        Self {
            low: greatest(steps(self.low, f64::next_down), least),
            high: steps(self.high, f64::next_up),
            nan: self.nan,
        }
    }

    /// What an operation makes of it.
    pub(crate) fn unary(self, op: Unary) -> Self {
        match op {
            Unary::Negate if self.holds() => Self::FALSE,
            Unary::Negate if !self.may_hold() => Self::TRUE,
            Unary::Missing if !self.nan => Self::FALSE,
            Unary::Missing if self.is_empty() => Self::TRUE,
            Unary::Negate | Unary::Missing => Self::TRUTHS,
            _ if self.is_empty() => self,
            Unary::Negative => Self {
                low: -self.high,
                high: -self.low,
                nan: self.nan,
            },
            Unary::Sqrt | Unary::Log if self.high < 0.0 => Self::NAN,
            Unary::Sqrt => self.not_below(-0.0).map(f64::sqrt),
            Unary::Floor | Unary::Ceil | Unary::RoundHalfEven => self.map(|x| scalar::unary(op, x)),
            Unary::Exp => self.map(|x| scalar::unary(op, x)).widened(0.0),
            Unary::Log => {
                let numbers = self.not_below(-0.0).map(|x| scalar::unary(op, x));
                numbers.widened(f64::NEG_INFINITY)
            }
        }
    }

    /// What of it is not below a number; of the rest is made NaN.
    fn not_below(self, bound: f64) -> Self {
        Self {
            low: greatest(self.low, bound),
            high: greatest(self.high, bound),
            nan: self.nan || self.low < bound,
        }
    }

    /// What an operation makes of both.
    pub(crate) fn binary(self, op: Binary, other: Self) -> Self {
        match op {
            Binary::Less | Binary::LessEqual | Binary::Equal | Binary::NotEqual => {
                self.compare(op, other)
            }
            Binary::Both if self.holds() && other.holds() => Self::TRUE,
            Binary::Both if !self.may_hold() || !other.may_hold() => Self::FALSE,
            Binary::Either if self.holds() || other.holds() => Self::TRUE,
            Binary::Either if !self.may_hold() && !other.may_hold() => Self::FALSE,
            Binary::Both | Binary::Either => Self::TRUTHS,
            Binary::Power if self.is_empty() || other.is_empty() => Self::ALL,
            _ if self.is_empty() || other.is_empty() => Self::NAN,
            _ => {
                let nan = self.nan || other.nan || self.makes_nan(op, other);
                self.numbers(op, other).or_nan(nan)
            }
        }
    }

    /// Whether an operation on two numbers may be NaN.
    pub(crate) fn makes_nan(self, op: Binary, other: Self) -> bool {
        let infinite = self.has_infinity() && other.has_infinity();
        match op {
            Binary::Add => {
                let against =
                    |a: Self, b: Self| a.low == f64::NEG_INFINITY && b.high == f64::INFINITY;
                against(self, other) || against(other, self)
            }
            Binary::Subtract => infinite,
            Binary::Multiply => {
                (self.has_zero() && other.has_infinity())
                    || (self.has_infinity() && other.has_zero())
            }
            Binary::Divide => infinite || (self.has_zero() && other.has_zero()),
            Binary::Power => self.low < 0.0,
            _ => false,
        }
    }

    /// What an arithmetic operation makes of two numbers.
    fn numbers(self, op: Binary, other: Self) -> Self {
        match op {
            Binary::Add => Self::new(self.low + other.low, self.high + other.high).map(|end| end),
            Binary::Subtract => self.numbers(Binary::Add, other.unary(Unary::Negative)),
            Binary::Multiply => self.corners(other, |a, b| or_zero(a * b, a, b)),
            Binary::Divide if other.has_one_sign() => {
                self.corners(other, |a, b| or_zero(a / b, a, b))
            }
            Binary::Power if self.low.is_sign_positive() => self
                .corners(other, |a, b| scalar::binary(op, a, b))
                .widened(0.0),
            Binary::Minimum => {
                let high = least(self.high, other.high);
                let zero = least(greatest(self.high, other.high), 0.0);
                // Of zeros either one may be chosen.
                let high = if high == 0.0 { zero } else { high };
                Self::new(least(self.low, other.low), high)
            }
            Binary::Maximum => {
                let [a, b] = [self, other].map(|side| side.unary(Unary::Negative));
                a.numbers(Binary::Minimum, b).unary(Unary::Negative)
            }
            _ => Self::ALL,
        }
    }

    /// What a comparison makes of both: with NaN only `NotEqual` holds.
    fn compare(self, op: Binary, other: Self) -> Self {
        let nan = self.nan || other.nan;
        let apart =
            self.high < other.low || other.high < self.low || self.is_empty() || other.is_empty();
        let equal = self.low == other.high && self.high == other.low;
        let (always, never) = match op {
            Binary::Less => (self.high < other.low, self.low >= other.high),
            Binary::LessEqual => (self.high <= other.low, self.low > other.high),
            Binary::Equal => (equal, apart),
            _ => (apart, equal && !nan),
        };
        match (always, never) {
            (_, true) => Self::FALSE,
            (true, _) if !nan || op == Binary::NotEqual => Self::TRUE,
            _ => Self::TRUTHS,
        }
    }

    /// What is chosen by a condition, which holds where it is NaN.
    pub(crate) fn select(self, a: Self, b: Self) -> Self {
        if self.holds() {
            a
        } else if self.may_hold() {
            a.join(b)
        } else {
            b
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
