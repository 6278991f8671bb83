//! How much of a program is computed at a time, and in which order.

use crate::error::Result;
use crate::exec::plan::mask;
use crate::exec::program::Program;
use crate::tape::{Node, Op, Search};

/// How the space is cut up. It decides speed and memory, never results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocks {
    /// A node with at most this many values over the whole space is computed once, before the run.
    pub table_values: usize,
    /// About how many rows a region has: their values of all nodes should stay in a core's cache.
    pub region_rows: usize,
    /// How many winners a search keeps; one that has more finds them again wherever they are read.
    pub winners: usize,
    /// How many rows a worker takes at a time.
    pub chunk_rows: u64,
    /// A space of fewer rows is not worth a thought about what can be left out.
    pub prune_rows: u64,
}

impl Default for Blocks {
    fn default() -> Self {
        Self {
            table_values: 1 << 13,
            region_rows: 1 << 13,
            winners: 1 << 26,
            chunk_rows: 1 << 16,
            prune_rows: 1 << 22,
        }
    }
}

impl Blocks {
    /// For a space of so many combinations: what varies over much of it is not worth a table of its own.
    #[must_use]
    pub fn for_space(combinations: u64) -> Self {
        let usual = Self::default();
        let share = usize::try_from(combinations / TABLE_SHARE).unwrap_or(usize::MAX);
        Self {
            table_values: usual.table_values.min(share.max(1)),
            ..usual
        }
    }
}

/// A table has at most this share of a space's combinations.
const TABLE_SHARE: u64 = 8;
/// About how many values are computed for a candidate of a search: for most none, since they are not legal.
const CANDIDATE_VALUES: u64 = 8;
/// About how many candidates a worker looks at before it takes its next rows,
const CHUNK_CANDIDATES: u64 = 1 << 26;
/// and how many draws it evaluates.
const CHUNK_DRAWS: u64 = 1 << 20;
/// However many candidates or draws a row has, a worker takes so many rows.
const LEAST_ROWS: u64 = 1 << 5;

impl Program {
    /// About how many values of nodes some rows take.
    #[must_use]
    pub fn work(&self, rows: u64) -> u64 {
        let searches = self.tape().searches().iter();
        let candidates = searches
            .filter_map(Search::candidates)
            .map(|candidates| candidates as u64);
        let ops = (self.tape().ops().len() as u64).saturating_mul(self.draws() as u64);
        let values = candidates
            .fold(0, u64::saturating_add)
            .saturating_mul(CANDIDATE_VALUES);
        rows.saturating_mul(values.saturating_add(ops))
    }

    /// How many draws some nodes take.
    ///
    /// # Errors
    /// When one does not exist.
    pub(crate) fn draws_for(&self, nodes: &[Node]) -> Result<usize> {
        let needed = self.tape().needed(nodes)?;
        let folds = |(op, needed): (&Op, bool)| needed && matches!(op, Op::Fold(..));
        let folded = self.tape().ops().iter().zip(needed).any(folds);
        Ok(if folded { self.draws() } else { 1 })
    }

    /// The truth values that must all hold for one to hold, in the order in which to look at them: those that take draws
    /// last, of the others those of few values first.
    ///
    /// # Errors
    /// When a node does not exist.
    pub(crate) fn guards(&self, keep: Option<Node>) -> Result<Vec<Node>> {
        let mut guards = vec![];
        for guard in self.tape().conjuncts(keep) {
            let values = self.points(self.masks()[guard as usize]);
            guards.push((self.draws_for(&[guard])?, values, guard));
        }
        guards.sort_by_key(|(draws, values, _)| (*draws, *values));
        Ok(guards.into_iter().map(|(_, _, guard)| guard).collect())
    }

    /// About how many rows a box may have in which some nodes are computed.
    ///
    /// # Errors
    /// When one does not exist.
    pub(crate) fn region_rows(&self, nodes: &[Node]) -> Result<usize> {
        let chunk = self.chunk_rows(nodes, 1)?;
        let most = self.blocks().region_rows / self.draws_for(nodes)?;
        Ok((chunk as usize).clamp(1, most.max(1)))
    }

    /// How many rows a worker takes at a time, when it computes some nodes: so many of the usual chunks, or fewer rows
    /// where there is much to search.
    ///
    /// # Errors
    /// When one does not exist.
    pub(crate) fn chunk_rows(&self, nodes: &[Node], chunks: u64) -> Result<u64> {
        let needed = self.tape().needed(nodes)?;
        let ops = self.tape().ops().iter().enumerate();
        let candidates = ops.filter_map(|(node, op)| match op {
            Op::Winner { search, .. } if needed[node] => {
                let searched =
                    self.masks()[node] | mask(&self.searched(*search).collect::<Vec<_>>());
                Some(self.points(searched) as u64)
            }
            _ => None,
        });
        let each = candidates.max().unwrap_or_default() / self.space().combinations();
        let most = CHUNK_CANDIDATES.checked_div(each).unwrap_or(u64::MAX);
        let drawn = CHUNK_DRAWS / self.draws_for(nodes)? as u64;
        let usual = self.blocks().chunk_rows.saturating_mul(chunks);
        Ok(usual.min(most.max(LEAST_ROWS)).min(drawn.max(LEAST_ROWS)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_a_share_of_a_small_space() {
        let usual = Blocks::default();
        assert_eq!(Blocks::for_space(u64::MAX), usual);
        for (combinations, table_values) in [(0, 1), (7, 1), (80, 10), (1 << 16, 1 << 13)] {
            let blocks = Blocks {
                table_values,
                ..usual
            };
            assert_eq!(Blocks::for_space(combinations), blocks);
        }
    }
}
