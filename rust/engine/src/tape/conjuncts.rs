//! What nodes of a tape need, and what a condition is made of.

use crate::error::{Error, Result};
use crate::tape::{Binary, Node, Op, Tape, Unary};

impl Tape {
    /// Which nodes are computed for some, themselves included. What is inside of a search is computed by the search.
    ///
    /// # Errors
    /// When one does not exist.
    pub(crate) fn needed(&self, nodes: &[Node]) -> Result<Vec<bool>> {
        self.below(nodes, |op| match op {
            Op::Winner { .. } => vec![],
            _ => op.operands(),
        })
    }

    /// Which nodes some are made of, themselves and the inside of searches included.
    ///
    /// # Errors
    /// When one does not exist.
    pub(crate) fn reached(&self, nodes: &[Node]) -> Result<Vec<bool>> {
        self.below(nodes, Op::operands)
    }

    fn below(&self, nodes: &[Node], reads: impl Fn(&Op) -> Vec<Node>) -> Result<Vec<bool>> {
        let mut needed = vec![false; self.ops().len()];
        for &node in nodes {
            *needed
                .get_mut(node as usize)
                .ok_or_else(|| Error::Invalid(format!("no node {node}")))? = true;
        }
        for (node, op) in self.ops().iter().enumerate().rev() {
            if needed[node] {
                for operand in reads(op) {
                    needed[operand as usize] = true;
                }
            }
        }
        Ok(needed)
    }

    /// Which nodes are a search's winner or made of one.
    pub(crate) fn searched(&self) -> Vec<bool> {
        let mut searched: Vec<bool> = vec![];
        for op in self.ops() {
            let winner = matches!(op, Op::Winner { .. });
            let operands = op.operands();
            searched.push(winner || operands.iter().any(|node| searched[*node as usize]));
        }
        searched
    }

    /// The truth values that must all hold for one to hold.
    pub(crate) fn conjuncts(&self, node: Option<Node>) -> Vec<Node> {
        let mut found = vec![];
        let mut open: Vec<Node> = node.into_iter().collect();
        while let Some(node) = open.pop() {
            match self.ops().get(node as usize) {
                Some(Op::Binary(Binary::Both, a, b)) => open.extend([b, a]),
                _ if found.contains(&node) => {}
                _ => found.push(node),
            }
        }
        found
    }

    /// What must be true or false for a truth value to hold: all of it, each with what it must be.
    pub(crate) fn literals(&self, node: Option<Node>) -> Vec<(Node, bool)> {
        let mut found = vec![];
        let mut open: Vec<(Node, bool)> = node.into_iter().map(|node| (node, true)).collect();
        while let Some((node, holds)) = open.pop() {
            match (self.ops().get(node as usize), holds) {
                (Some(Op::Binary(Binary::Both, a, b)), true)
                | (Some(Op::Binary(Binary::Either, a, b)), false) => {
                    open.extend([(*b, holds), (*a, holds)]);
                }
                (Some(Op::Unary(Unary::Negate, a)), _) => open.push((*a, !holds)),
                _ if found.contains(&(node, holds)) => {}
                _ => found.push((node, holds)),
            }
        }
        found
    }
}
