//! The tape: a model as a list of f64 operations, each on the results of earlier ones.

mod codec;
mod conjuncts;

use std::collections::HashMap;

use crate::error::{Error, Result};
use crate::numeric::scalar;

pub use crate::numeric::scalar::{Binary, Unary};

/// A node of a tape: the position of an operation.
pub type Node = u32;

/// What the values of a node in all draws become. NaN where one of them is not finite; never −0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fold {
    /// Their sum, correctly rounded, divided by how many there are.
    Mean,
    /// Element ⌊q·(n − 1)⌋ of them in order; q, from 0 to 1, as its bits.
    Quantile(u64),
}

/// What a node is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// A number, as its bits.
    Constant(u64),
    /// A figure from outside: the leaf's position.
    Leaf(u32),
    /// The value of an axis inside a search.
    SearchAxis {
        /// The search.
        search: u32,
        /// The position of the axis in it.
        axis: u32,
    },
    /// An operation on one value.
    Unary(Unary, Node),
    /// An operation on two values.
    Binary(Binary, Node, Node),
    /// Condition, value where it holds, value elsewhere.
    Where(Node, Node, Node),
    /// The flat index of the candidate with the smallest objective among the legal ones; NaN when there is none.
    Winner {
        /// The search.
        search: u32,
        /// What is minimised. A NaN never wins.
        objective: Node,
        /// The truth value that makes a candidate legal.
        among: Node,
    },
    /// The value of a search's axis at its winner.
    Pick {
        /// The search.
        search: u32,
        /// The position of the axis in it.
        axis: u32,
        /// The `Winner` node.
        winner: Node,
    },
    /// The values of a node in all draws, folded.
    Fold(Fold, Node),
}

impl Op {
    /// The nodes it reads.
    #[must_use]
    pub fn operands(&self) -> Vec<Node> {
        match *self {
            Self::Constant(_) | Self::Leaf(_) | Self::SearchAxis { .. } => vec![],
            Self::Unary(_, a) | Self::Pick { winner: a, .. } | Self::Fold(_, a) => vec![a],
            Self::Binary(_, a, b)
            | Self::Winner {
                objective: a,
                among: b,
                ..
            } => vec![a, b],
            Self::Where(c, a, b) => vec![c, a, b],
        }
    }
}

/// A figure from outside, or a named result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Name {
    /// As in the model.
    pub name: String,
    /// The unit, as text.
    pub unit: String,
    /// One line of explanation.
    pub doc: String,
}

/// An axis that a search runs over.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchAxis {
    /// As in the model.
    pub name: String,
    /// Its values, in the order that breaks ties.
    pub values: Vec<f64>,
}

/// How many candidates a search may have: their numbers are kept as `u32`, with room for two that are none.
pub const MOST_CANDIDATES: usize = u32::MAX as usize - 1;

/// A minimum over the product of some axes, the first axis outermost.
#[derive(Clone, Debug, PartialEq)]
pub struct Search {
    /// As in the model.
    pub name: String,
    /// What it runs over.
    pub axes: Vec<SearchAxis>,
}

impl Search {
    /// How many steps of the flat index one step of an axis is.
    #[must_use]
    pub fn stride(&self, axis: usize) -> usize {
        self.axes[axis + 1..]
            .iter()
            .map(|axis| axis.values.len())
            .product()
    }

    /// How many candidates there are; None when there are more than [`MOST_CANDIDATES`].
    #[must_use]
    pub fn candidates(&self) -> Option<usize> {
        let sizes = self.axes.iter().map(|axis| axis.values.len());
        sizes
            .into_iter()
            .try_fold(1_usize, usize::checked_mul)
            .filter(|candidates| *candidates <= MOST_CANDIDATES)
    }
}

/// A model as a list of operations. Built by [`TapeBuilder`], never changed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tape {
    pub(crate) ops: Vec<Op>,
    pub(crate) leaves: Vec<Name>,
    pub(crate) searches: Vec<Search>,
    pub(crate) outputs: Vec<(Name, Node)>,
}

impl Tape {
    /// The operations, operands before users.
    #[must_use]
    pub fn ops(&self) -> &[Op] {
        &self.ops
    }

    /// The figures it takes from outside.
    #[must_use]
    pub fn leaves(&self) -> &[Name] {
        &self.leaves
    }

    /// The searches inside it.
    #[must_use]
    pub fn searches(&self) -> &[Search] {
        &self.searches
    }

    /// Its named results.
    #[must_use]
    pub fn outputs(&self) -> &[(Name, Node)] {
        &self.outputs
    }
}

/// Builds a tape: equal operations become one node, operations on constants become constants.
#[derive(Debug, Default)]
pub struct TapeBuilder {
    tape: Tape,
    known: HashMap<Op, Node>,
}

impl TapeBuilder {
    /// An empty tape.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A number.
    pub fn constant(&mut self, value: f64) -> Node {
        self.intern(Op::Constant(
            if value.is_nan() { f64::NAN } else { value }.to_bits(),
        ))
    }

    /// A figure from outside; the same name is the same leaf.
    pub fn leaf(&mut self, leaf: Name) -> Node {
        let position = self
            .tape
            .leaves
            .iter()
            .position(|known| known.name == leaf.name)
            .unwrap_or_else(|| {
                self.tape.leaves.push(leaf);
                self.tape.leaves.len() - 1
            });
        self.intern(Op::Leaf(position as u32))
    }

    /// A new search over axes.
    ///
    /// # Errors
    /// When it has no axes, or an axis has no values.
    pub fn search(&mut self, search: Search) -> Result<u32> {
        if search.axes.is_empty() || search.axes.iter().any(|axis| axis.values.is_empty()) {
            return Err(Error::Invalid(format!(
                "search {}: nothing to search over",
                search.name
            )));
        }
        self.tape.searches.push(search);
        Ok(self.tape.searches.len() as u32 - 1)
    }

    /// Any operation.
    ///
    /// # Errors
    /// When it refers to a node, leaf, search or axis that does not exist.
    pub fn push(&mut self, op: Op) -> Result<Node> {
        self.tape.check(&op, self.tape.ops.len())?;
        Ok(match self.folded(&op) {
            Some(value) => self.constant(value),
            None => self.intern(op),
        })
    }

    /// The tape with its named results.
    ///
    /// # Errors
    /// When a result is not a node.
    pub fn finish(&self, outputs: Vec<(Name, Node)>) -> Result<Tape> {
        let tape = Tape {
            outputs,
            ..self.tape.clone()
        };
        tape.validate()?;
        Ok(tape)
    }

    fn intern(&mut self, op: Op) -> Node {
        *self.known.entry(op).or_insert_with(|| {
            self.tape.ops.push(op);
            self.tape.ops.len() as Node - 1
        })
    }

    fn folded(&self, op: &Op) -> Option<f64> {
        let constant = |node: Node| match self.tape.ops[node as usize] {
            Op::Constant(bits) => Some(f64::from_bits(bits)),
            _ => None,
        };
        match *op {
            Op::Unary(op, a) => Some(scalar::unary(op, constant(a)?)),
            Op::Binary(op, a, b) => Some(scalar::binary(op, constant(a)?, constant(b)?)),
            Op::Where(c, a, b) => Some(scalar::select(constant(c)?, constant(a)?, constant(b)?)),
            _ => None,
        }
    }
}

impl Tape {
    /// Whether every reference of the tape is to something that exists and comes earlier.
    pub(crate) fn validate(&self) -> Result<()> {
        for (position, op) in self.ops.iter().enumerate() {
            self.check(op, position)?;
        }
        match self
            .outputs
            .iter()
            .find(|(_, node)| *node as usize >= self.ops.len())
        {
            Some((output, node)) => Err(Error::Invalid(format!(
                "output {}: no node {node}",
                output.name
            ))),
            None => Ok(()),
        }
    }

    fn check(&self, op: &Op, position: usize) -> Result<()> {
        if let Some(node) = op
            .operands()
            .into_iter()
            .find(|node| *node as usize >= position)
        {
            return Err(Error::Invalid(format!(
                "node {position} reads node {node}, which does not come before it"
            )));
        }
        let exists = match *op {
            Op::Leaf(leaf) => (leaf as usize) < self.leaves.len(),
            Op::SearchAxis { search, axis } | Op::Pick { search, axis, .. } => self
                .searches
                .get(search as usize)
                .is_some_and(|search| (axis as usize) < search.axes.len()),
            Op::Winner { search, .. } => (search as usize) < self.searches.len(),
            Op::Fold(Fold::Quantile(q), _) => (0.0..=1.0).contains(&f64::from_bits(q)),
            _ => true,
        };
        if exists {
            Ok(())
        } else {
            Err(Error::Invalid(format!(
                "node {position}: {op:?} refers to nothing"
            )))
        }
    }
}
