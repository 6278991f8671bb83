//! Monotonicity: in which direction each node must move for the objectives to improve and not to worsen.
//!
//! Statements are about computed numbers. An operation whose result never falls while an operand rises, as computed,
//! passes the direction of its result on: rounding is monotone. `exp`, `log` and `power` are not known to be so.

use crate::exec::program::Program;
use crate::numeric::interval::Interval;
use crate::tape::{Binary, Node, Op, Unary};

/// The direction in which a node's values improve the objectives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Direction {
    /// Nothing depends on it.
    #[default]
    Free,
    /// Only whether it is NaN matters.
    Presence,
    /// The smaller the better; whether it is NaN must not change.
    Minimise,
    /// The larger the better; whether it is NaN must not change.
    Maximise,
    /// It must not change.
    Fixed,
}

impl Direction {
    /// The direction of optimisation of an objective.
    pub(crate) fn of(largest: bool) -> Self {
        if largest {
            Self::Maximise
        } else {
            Self::Minimise
        }
    }

    /// What values are multiplied by so that smaller ones are better: 1, or −1 when large values are the best.
    pub(crate) fn sign(self) -> f64 {
        if self == Self::Maximise { -1.0 } else { 1.0 }
    }

    /// What no number in an interval is better than, with the sign that makes smaller ones better.
    pub(crate) fn bound(self, interval: Interval) -> f64 {
        if self == Self::Maximise {
            -interval.high
        } else {
            interval.low
        }
    }

    /// Whether smaller or larger values are better.
    pub(crate) fn is_optimised(self) -> bool {
        matches!(self, Self::Minimise | Self::Maximise)
    }

    fn and(self, other: Self) -> Self {
        match (self, other) {
            _ if self == other => self,
            (Self::Free, more) | (more, Self::Free) => more,
            (Self::Presence, more) | (more, Self::Presence) if more != Self::Free => more,
            _ => Self::Fixed,
        }
    }

    /// Of an operand along which the result falls.
    fn reversed(self) -> Self {
        match self {
            Self::Minimise => Self::Maximise,
            Self::Maximise => Self::Minimise,
            _ => self,
        }
    }

    /// Of an operand whose value decides, where the result has a direction.
    fn decided(self) -> Self {
        if self == Self::Presence {
            self
        } else {
            Self::Fixed
        }
    }

    /// Of an operand that the result follows where a factor is not negative, and flees where it is not positive.
    fn by_sign(self, factor: Interval) -> Self {
        if factor.low >= 0.0 {
            self
        } else if factor.high <= 0.0 {
            self.reversed()
        } else {
            self.decided()
        }
    }

    /// Of an operand of logic, which only asks whether it is zero.
    pub(crate) fn as_truth(self, truth: Interval) -> Self {
        if truth.is_unsigned() {
            self
        } else {
            self.decided()
        }
    }
}

/// The directions that some nodes impose on those they are made of, where only some groups (a mask) change.
///
/// What varies over no other groups is where this ends, as is what has a direction and is an end: their operands are
/// not asked.
pub(crate) fn directions(
    program: &Program,
    intervals: &[Interval],
    wanted: &[(Node, Direction)],
    groups: u64,
    is_end: impl Fn(Node) -> bool,
) -> Vec<Direction> {
    let mut directions = vec![Direction::Free; program.tape().ops().len()];
    for (node, direction) in wanted {
        directions[*node as usize] = directions[*node as usize].and(*direction);
    }
    let masks = program.masks();
    for (node, op) in program.tape().ops().iter().enumerate().rev() {
        let ends = match directions[node] {
            Direction::Free => true,
            direction if direction.is_optimised() && is_end(node as Node) => true,
            _ => masks[node] & groups == 0 || masks[node] & !groups == 0,
        };
        if ends {
            continue;
        }
        for (operand, direction) in passed(op, directions[node], intervals) {
            directions[operand as usize] = directions[operand as usize].and(direction);
        }
    }
    directions
}

/// The directions of an operation's operands.
fn passed(op: &Op, direction: Direction, intervals: &[Interval]) -> Vec<(Node, Direction)> {
    let at = |node: Node| intervals[node as usize];
    let makes_nan = match *op {
        Op::Unary(Unary::Sqrt | Unary::Log, a) => at(a).low < 0.0,
        Op::Binary(op, a, b) => at(a).makes_nan(op, at(b)),
        _ => false,
    };
    if let Op::Unary(Unary::Missing, a) = *op {
        return vec![(a, Direction::Presence)];
    }
    if makes_nan || direction == Direction::Fixed {
        return op
            .operands()
            .into_iter()
            .map(|node| (node, Direction::Fixed))
            .collect();
    }
    match *op {
        Op::Unary(op, a) => vec![(a, through(op, at(a), direction))],
        Op::Binary(op, a, b) => {
            let (first, second) = between(op, [at(a), at(b)], direction);
            vec![(a, first), (b, second)]
        }
        Op::Where(condition, a, b) => {
            vec![
                (condition, chosen([at(a), at(b)], at(condition), direction)),
                (a, direction),
                (b, direction),
            ]
        }
        _ => op
            .operands()
            .into_iter()
            .map(|node| (node, Direction::Fixed))
            .collect(),
    }
}

/// The direction of the operand of an operation that makes no NaN of numbers.
fn through(op: Unary, operand: Interval, direction: Direction) -> Direction {
    match op {
        Unary::Negative => direction.reversed(),
        Unary::Sqrt | Unary::Floor | Unary::Ceil | Unary::RoundHalfEven => direction,
        Unary::Exp | Unary::Log => direction.decided(),
        Unary::Negate if direction == Direction::Presence => Direction::Free,
        Unary::Negate => direction.reversed().as_truth(operand),
        Unary::Missing => Direction::Presence,
    }
}

/// The directions of both operands of an operation that makes no NaN of numbers.
fn between(op: Binary, [a, b]: [Interval; 2], direction: Direction) -> (Direction, Direction) {
    let same = direction.decided();
    match op {
        Binary::Add | Binary::Minimum | Binary::Maximum => (direction, direction),
        Binary::Subtract => (direction, direction.reversed()),
        Binary::Multiply => (direction.by_sign(b), direction.by_sign(a)),
        Binary::Divide if b.has_one_sign() => {
            let upright = if b.low.is_sign_positive() {
                direction
            } else {
                direction.reversed()
            };
            (upright, direction.reversed().by_sign(a))
        }
        // NaN to the power of 0, and 1 to that of NaN, are numbers.
        Binary::Power => (Direction::Fixed, Direction::Fixed),
        Binary::Divide => (same, same),
        // A comparison is never NaN.
        _ if direction == Direction::Presence => (Direction::Free, Direction::Free),
        Binary::Less | Binary::LessEqual => (direction.reversed(), direction),
        Binary::Equal | Binary::NotEqual => (same, same),
        Binary::Both | Binary::Either => (direction.as_truth(a), direction.as_truth(b)),
    }
}

/// The direction of a condition that chooses between two values.
fn chosen([a, b]: [Interval; 2], condition: Interval, direction: Direction) -> Direction {
    if a.nan || b.nan {
        Direction::Fixed
    } else if direction == Direction::Presence {
        Direction::Free
    } else if a.low >= b.high {
        direction.as_truth(condition)
    } else if a.high <= b.low {
        direction.reversed().as_truth(condition)
    } else {
        Direction::Fixed
    }
}
