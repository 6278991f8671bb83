//! The reverse pass: by how much a node changes, at one combination, for a small change of each leaf.
//!
//! It is the derivative of what the tape computes, piece by piece. `minimum`, `maximum` and `where` follow the operand
//! that they returned (at a tie the one that the operation names: the second), and nothing flows through the other.
//! Rounded numbers and truth values are flat; what a leaf does through rounded numbers is told apart. What a search found
//! is flat too: its winner is held fixed.

use crate::error::{Error, Result};
use crate::exec::program::Program;
use crate::exec::schedule::{Reader, RowSchedule};
use crate::numeric::scalar;
use crate::run::Control;
use crate::tape::{Binary, Node, Op, Unary};

/// A node at one combination, with what it changes by for a small change of each leaf.
#[derive(Clone, Debug, PartialEq)]
pub struct Gradient {
    /// The node's value.
    pub value: f64,
    /// For each leaf of the tape: 0 where nothing depends on it; NaN where it is missing, or where what is computed has
    /// no derivative (0 · √x at x = 0).
    pub derivatives: Vec<f64>,
    /// For each leaf, whether the node follows it through a rounded number too: by steps, which no derivative knows.
    pub stepped: Vec<bool>,
}

impl Program {
    /// A node at some combinations, each with its derivative along every leaf.
    ///
    /// # Errors
    /// When the node does not exist or is made of one that has no derivative, and when the run shall stop.
    pub fn gradients(&self, of: Node, rows: &[u64], control: &Control) -> Result<Vec<Gradient>> {
        let reverse = Reverse::new(self, of)?;
        let mut reader = reverse.schedule.reader();
        let gradient = |row: &u64| reverse.at(*row, &mut reader, control);
        rows.iter().map(gradient).collect()
    }
}

/// How the pass comes to a node.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Reached {
    /// What the result changes by for a small change of the node. None is not 0: where the result does not follow a node
    /// (a branch that was not taken), what that is made of need not be a number.
    adjoint: Option<f64>,
    /// Whether the result follows it through a rounded number.
    stepped: bool,
}

impl Reached {
    /// Whether a change of the node, small or not, changes the result.
    fn matters(self) -> bool {
        self.stepped || self.adjoint.is_some_and(|adjoint| adjoint != 0.0)
    }

    /// What comes from a user of the node, with the user's derivative along it.
    fn take(&mut self, user: Self, partial: f64) {
        if let Some(more) = user.adjoint.map(|adjoint| adjoint * partial) {
            self.adjoint = Some(self.adjoint.map_or(more, |known| known + more));
        }
        self.stepped |= user.stepped && partial != 0.0;
    }
}

/// What the reverse pass of one node needs, whatever the combination.
struct Reverse<'a> {
    program: &'a Program,
    of: Node,
    /// The nodes it is made of, and itself. What is inside of a search is not among them.
    nodes: Vec<Node>,
    schedule: RowSchedule,
}

impl<'a> Reverse<'a> {
    fn new(program: &'a Program, of: Node) -> Result<Self> {
        let needed = program.tape().needed(&[of])?;
        let nodes: Vec<Node> = (0..=of).filter(|node| needed[*node as usize]).collect();
        let schedule = program.schedule(&nodes)?;
        Ok(Self {
            program,
            of,
            nodes,
            schedule,
        })
    }

    fn at(&self, row: u64, reader: &mut Reader<'_>, control: &Control) -> Result<Gradient> {
        let mut found = self.backward(&self.values(row, reader, control)?)?;
        for (leaf, derivative) in found.derivatives.iter_mut().enumerate() {
            if self.is_missing(leaf, row) {
                *derivative = f64::NAN;
            }
        }
        Ok(found)
    }

    /// From the node back to the leaves, given the values of all nodes.
    fn backward(&self, values: &[f64]) -> Result<Gradient> {
        let tape = self.program.tape();
        let mut reached = vec![Reached::default(); tape.ops().len()];
        reached[self.of as usize].adjoint = Some(1.0);
        let mut found = Gradient {
            value: values[self.of as usize],
            derivatives: vec![0.0; tape.leaves().len()],
            stepped: vec![false; tape.leaves().len()],
        };
        for node in self.nodes.iter().rev() {
            let (op, here) = (&tape.ops()[*node as usize], reached[*node as usize]);
            if here == Reached::default() {
                continue;
            }
            match *op {
                Op::Leaf(leaf) => {
                    found.derivatives[leaf as usize] = here.adjoint.unwrap_or_default();
                    found.stepped[leaf as usize] = here.stepped;
                }
                Op::Unary(Unary::Floor | Unary::Ceil | Unary::RoundHalfEven, a) => {
                    reached[a as usize].stepped |= here.matters();
                }
                _ => {
                    for (operand, partial) in partials(op, values, *node)?.into_iter().flatten() {
                        reached[operand as usize].take(here, partial);
                    }
                }
            }
        }
        Ok(found)
    }

    /// The values of its nodes at a combination; NaN for all others.
    fn values(&self, row: u64, reader: &mut Reader<'_>, control: &Control) -> Result<Vec<f64>> {
        let space = self.program.space();
        if row >= space.combinations() {
            return Err(Error::Invalid(format!("no combination {row}")));
        }
        reader.enter(&space.region(row, row + 1, 1), control)?;
        let mut values = vec![f64::NAN; self.program.tape().ops().len()];
        for (which, node) in self.nodes.iter().enumerate() {
            let value = &mut values[*node as usize];
            reader.read(which, std::slice::from_mut(value));
        }
        Ok(values)
    }

    fn is_missing(&self, leaf: usize, row: u64) -> bool {
        let (space, leaf) = (self.program.space(), self.program.leaf(leaf as u32));
        let place = leaf.groups.iter().fold(0, |place, group| {
            place * space.sizes()[*group] + space.digit(row, *group)
        });
        leaf.values[place as usize].is_nan()
    }
}

/// The operands that a node's value follows, each with the derivative along it.
///
/// # Errors
/// For an operation that has no derivative at a combination.
fn partials(op: &Op, values: &[f64], node: Node) -> Result<[Option<(Node, f64)>; 2]> {
    let at = |node: Node| values[node as usize];
    let result = at(node);
    Ok(match *op {
        Op::Constant(_) | Op::Leaf(_) | Op::Winner { .. } | Op::Pick { .. } => [None, None],
        Op::Unary(op, a) => [slope(op, at(a), result).map(|slope| (a, slope)), None],
        Op::Binary(op, a, b) => {
            let [first, second] = slopes(op, at(a), at(b), result);
            [
                first.map(|slope| (a, slope)),
                second.map(|slope| (b, slope)),
            ]
        }
        Op::Where(condition, a, b) => {
            let taken = if scalar::holds(at(condition)) { a } else { b };
            [Some((taken, 1.0)), None]
        }
        Op::SearchAxis { .. } | Op::Fold(..) => {
            return Err(Error::Invalid(format!(
                "node {node}: no derivative of {op:?}"
            )));
        }
    })
}

/// The derivative of an operation on `x`; None where the result is flat.
fn slope(op: Unary, x: f64, result: f64) -> Option<f64> {
    match op {
        Unary::Negative => Some(-1.0),
        Unary::Sqrt => Some(0.5 / result),
        Unary::Exp => Some(result),
        Unary::Log => Some(1.0 / x),
        Unary::Floor | Unary::Ceil | Unary::RoundHalfEven | Unary::Negate | Unary::Missing => None,
    }
}

/// The derivatives of an operation along both operands; None along one that the result does not follow.
fn slopes(op: Binary, a: f64, b: f64, result: f64) -> [Option<f64>; 2] {
    let either = |first: bool| [first.then_some(1.0), (!first).then_some(1.0)];
    match op {
        Binary::Add => [Some(1.0), Some(1.0)],
        Binary::Subtract => [Some(1.0), Some(-1.0)],
        Binary::Multiply => [Some(b), Some(a)],
        Binary::Divide => [Some(1.0 / b), Some(-result / b)],
        Binary::Power => [Some(along_base(a, b)), Some(along_exponent(a, b, result))],
        Binary::Minimum => either(a < b || a.is_nan()),
        Binary::Maximum => either(a > b || a.is_nan()),
        Binary::Less
        | Binary::LessEqual
        | Binary::Equal
        | Binary::NotEqual
        | Binary::Both
        | Binary::Either => [None, None],
    }
}

fn along_base(base: f64, exponent: f64) -> f64 {
    if exponent == 0.0 {
        0.0 // whatever the base, the power is 1
    } else {
        exponent * scalar::binary(Binary::Power, base, exponent - 1.0)
    }
}

fn along_exponent(base: f64, exponent: f64, power: f64) -> f64 {
    if base == 0.0 && exponent > 0.0 {
        0.0 // 0 to any power above 0 is 0
    } else {
        power * scalar::unary(Unary::Log, base)
    }
}
