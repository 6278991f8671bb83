//! What is wanted of each node, so that what is wanted of some becomes better and not worse.
//!
//! Statements are about computed numbers. An operation whose result never falls while an operand rises, as computed,
//! passes on what is wanted of the result: rounding is monotone. `exp`, `log` and `power` are not known to be so.

use crate::exec::program::Program;
use crate::numeric::interval::Interval;
use crate::tape::{Binary, Node, Op, Unary};

/// What is wanted of a node's values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Demand {
    /// Nothing depends on it.
    #[default]
    Nothing,
    /// Only whether it is NaN matters.
    Presence,
    /// The smaller the better; whether it is NaN must not change.
    Small,
    /// The larger the better; whether it is NaN must not change.
    Large,
    /// It must not change.
    Same,
}

impl Demand {
    /// What is wanted of what shall be small, or large.
    pub(crate) fn of(largest: bool) -> Self {
        if largest { Self::Large } else { Self::Small }
    }

    /// What values are multiplied by so that smaller ones are better: 1, or −1 when large values are the best.
    pub(crate) fn sign(self) -> f64 {
        if self == Self::Large { -1.0 } else { 1.0 }
    }

    /// What no number in an interval is better than, with the sign that makes smaller ones better.
    pub(crate) fn bound(self, interval: Interval) -> f64 {
        if self == Self::Large {
            -interval.high
        } else {
            interval.low
        }
    }

    /// Whether smaller or larger values are better.
    pub(crate) fn has_direction(self) -> bool {
        matches!(self, Self::Small | Self::Large)
    }

    fn and(self, other: Self) -> Self {
        match (self, other) {
            _ if self == other => self,
            (Self::Nothing, more) | (more, Self::Nothing) => more,
            (Self::Presence, more) | (more, Self::Presence) if more != Self::Nothing => more,
            _ => Self::Same,
        }
    }

    /// Of an operand along which the result falls.
    fn reversed(self) -> Self {
        match self {
            Self::Small => Self::Large,
            Self::Large => Self::Small,
            _ => self,
        }
    }

    /// Of an operand whose value decides, where the result has a direction.
    fn decided(self) -> Self {
        if self == Self::Presence {
            self
        } else {
            Self::Same
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

/// What some nodes demand of those they are made of, where only some groups (a mask) change.
///
/// What varies over no other groups is where this ends, as is what has a direction and is an end: their operands are
/// not asked.
pub(crate) fn demands(
    program: &Program,
    intervals: &[Interval],
    wanted: &[(Node, Demand)],
    groups: u64,
    is_end: impl Fn(Node) -> bool,
) -> Vec<Demand> {
    let mut demands = vec![Demand::Nothing; program.tape().ops().len()];
    for (node, demand) in wanted {
        demands[*node as usize] = demands[*node as usize].and(*demand);
    }
    let masks = program.masks();
    for (node, op) in program.tape().ops().iter().enumerate().rev() {
        let ends = match demands[node] {
            Demand::Nothing => true,
            demand if demand.has_direction() && is_end(node as Node) => true,
            _ => masks[node] & groups == 0 || masks[node] & !groups == 0,
        };
        if ends {
            continue;
        }
        for (operand, demand) in passed(op, demands[node], intervals) {
            demands[operand as usize] = demands[operand as usize].and(demand);
        }
    }
    demands
}

/// What is demanded of an operation's operands.
fn passed(op: &Op, demand: Demand, intervals: &[Interval]) -> Vec<(Node, Demand)> {
    let at = |node: Node| intervals[node as usize];
    let makes_nan = match *op {
        Op::Unary(Unary::Sqrt | Unary::Log, a) => at(a).low < 0.0,
        Op::Binary(op, a, b) => at(a).makes_nan(op, at(b)),
        _ => false,
    };
    if let Op::Unary(Unary::Missing, a) = *op {
        return vec![(a, Demand::Presence)];
    }
    if makes_nan || demand == Demand::Same {
        return op
            .operands()
            .into_iter()
            .map(|node| (node, Demand::Same))
            .collect();
    }
    match *op {
        Op::Unary(op, a) => vec![(a, through(op, at(a), demand))],
        Op::Binary(op, a, b) => {
            let (first, second) = between(op, [at(a), at(b)], demand);
            vec![(a, first), (b, second)]
        }
        Op::Where(condition, a, b) => {
            vec![
                (condition, chosen([at(a), at(b)], at(condition), demand)),
                (a, demand),
                (b, demand),
            ]
        }
        _ => op
            .operands()
            .into_iter()
            .map(|node| (node, Demand::Same))
            .collect(),
    }
}

/// What is demanded of the operand of an operation that makes no NaN of numbers.
fn through(op: Unary, operand: Interval, demand: Demand) -> Demand {
    match op {
        Unary::Negative => demand.reversed(),
        Unary::Sqrt | Unary::Floor | Unary::Ceil | Unary::RoundHalfEven => demand,
        Unary::Exp | Unary::Log => demand.decided(),
        Unary::Negate if demand == Demand::Presence => Demand::Nothing,
        Unary::Negate => demand.reversed().as_truth(operand),
        Unary::Missing => Demand::Presence,
    }
}

/// What is demanded of both operands of an operation that makes no NaN of numbers.
fn between(op: Binary, [a, b]: [Interval; 2], demand: Demand) -> (Demand, Demand) {
    let same = demand.decided();
    match op {
        Binary::Add | Binary::Minimum | Binary::Maximum => (demand, demand),
        Binary::Subtract => (demand, demand.reversed()),
        Binary::Multiply => (demand.by_sign(b), demand.by_sign(a)),
        Binary::Divide if b.has_one_sign() => {
            let upright = if b.low.is_sign_positive() {
                demand
            } else {
                demand.reversed()
            };
            (upright, demand.reversed().by_sign(a))
        }
        // NaN to the power of 0, and 1 to that of NaN, are numbers.
        Binary::Power => (Demand::Same, Demand::Same),
        Binary::Divide => (same, same),
        // A comparison is never NaN.
        _ if demand == Demand::Presence => (Demand::Nothing, Demand::Nothing),
        Binary::Less | Binary::LessEqual => (demand.reversed(), demand),
        Binary::Equal | Binary::NotEqual => (same, same),
        Binary::Both | Binary::Either => (demand.as_truth(a), demand.as_truth(b)),
    }
}

/// What is demanded of a condition that chooses between two values.
fn chosen([a, b]: [Interval; 2], condition: Interval, demand: Demand) -> Demand {
    if a.nan || b.nan {
        Demand::Same
    } else if demand == Demand::Presence {
        Demand::Nothing
    } else if a.low >= b.high {
        demand.as_truth(condition)
    } else if a.high <= b.low {
        demand.reversed().as_truth(condition)
    } else {
        Demand::Same
    }
}
