//! Columns by their nodes.

use crate::tape::Node;

/// A column to measure.
#[derive(Clone, Copy, Debug)]
pub struct Measure {
    /// Its values.
    pub value: Node,
    /// Where it is null.
    pub null: Option<Node>,
}

impl Measure {
    /// Its nodes: of its values, then of its nulls if it has any.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = Node> + use<> {
        std::iter::once(self.value).chain(self.null)
    }
}
