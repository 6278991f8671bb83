//! Which rows count, and values of theirs that should be finite and are not.

use crate::error::{Error, Result};
use crate::numeric::scalar::holds;
use crate::tape::{Node, Tape};

/// The lowest row at which a value that should be finite is not.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fault(Option<(u64, Node, f64)>);

impl Fault {
    pub(crate) fn note(&mut self, row: u64, node: Node, value: f64) {
        if self.0.is_none_or(|(lowest, ..)| row < lowest) {
            self.0 = Some((row, node, value));
        }
    }

    /// The row.
    pub(crate) fn row(&self) -> Option<u64> {
        self.0.map(|(row, ..)| row)
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        if let Some((row, node, value)) = other.0 {
            self.note(row, node, value);
        }
    }

    pub(crate) fn check(&self, tape: &Tape) -> Result<()> {
        match self.0 {
            None => Ok(()),
            Some((row, node, value)) => {
                let named = tape.outputs().iter().find(|(_, named)| *named == node);
                let column =
                    named.map_or_else(|| format!("node {node}"), |(name, _)| name.name.clone());
                Err(Error::NotFinite { row, column, value })
            }
        }
    }
}

/// Whether row `i` of a strip is wanted; every row is when there is no condition.
pub(crate) fn kept(keep: Option<&[f64]>, i: usize) -> bool {
    keep.is_none_or(|keep| holds(keep[i]))
}
