//! The best so far, of all combinations or of each cell.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::top::{Top, Winner};
use crate::exec::fault::Fault;

/// A combination that was found, by what it is ranked (never −0, which must tie with 0).
#[derive(Clone, Copy)]
pub(super) struct Found {
    pub(super) rank: f64,
    pub(super) cell: usize,
    pub(super) row: u64,
}

impl Found {
    fn order(&self, other: &Self) -> Ordering {
        self.rank
            .total_cmp(&other.rank)
            .then(self.row.cmp(&other.row))
    }

    fn beats(&self, other: &Self) -> bool {
        self.order(other) == Ordering::Less
    }
}

/// The best so far of one cell: twice as many as are wanted are gathered, then the worse half is dropped.
#[derive(Clone, Default)]
struct Cell {
    found: Vec<Found>,
    /// The worst of those that were kept when there were enough: nothing behind it can win.
    bar: Option<Found>,
}

impl Cell {
    #[inline]
    fn admits(&self, found: &Found) -> bool {
        self.bar.as_ref().is_none_or(|bar| found.beats(bar))
    }

    fn push(&mut self, found: Found, k: usize) {
        self.found.push(found);
        if self.found.len() >= k.saturating_mul(2) {
            self.settle(k);
        }
    }

    /// Drop what cannot win.
    fn settle(&mut self, k: usize) {
        if self.found.len() >= k {
            let (_, last, _) = self.found.select_nth_unstable_by(k - 1, Found::order);
            self.bar = Some(*last);
            self.found.truncate(k);
        }
    }
}

/// The row of something that no combination of the space is.
const NOBODY: u64 = u64::MAX;

/// The rank and the row of the best of each cell, where only one is wanted; infinity or what is known, and nobody, where
/// there is none.
struct Leaders {
    ranks: Vec<f64>,
    rows: Vec<u64>,
}

impl Leaders {
    /// Whether a combination comes before the best of its cell.
    #[inline]
    fn admits(&self, cell: usize, rank: f64, row: u64) -> bool {
        rank < self.ranks[cell] || (rank == self.ranks[cell] && row < self.rows[cell])
    }
}

/// The best so far.
pub(super) struct Best {
    k: usize,
    sign: f64,
    cells: Vec<Cell>,
    /// Instead of `cells`, when one of each is wanted.
    leaders: Option<Leaders>,
    /// With columns to be distinct in: the best of each cell and values of these columns, instead of `Cell::found`.
    keys: Option<HashMap<(usize, Vec<u64>), Found>>,
    pub(super) fault: Fault,
}

impl Best {
    pub(super) fn new(cells: usize, top: &Top, bar: Option<f64>) -> Self {
        let distinct = !top.distinct.is_empty();
        let leaders = (top.k == 1 && !distinct).then(|| Leaders {
            ranks: vec![bar.unwrap_or(f64::INFINITY); cells],
            rows: vec![NOBODY; cells],
        });
        // Any row that is as good as the bar is still admitted.
        let bar = bar.map(|rank| Found {
            rank,
            cell: 0,
            row: NOBODY,
        });
        let cell = Cell { found: vec![], bar };
        Self {
            k: top.k,
            sign: top.direction().sign(),
            cells: if leaders.is_some() {
                vec![]
            } else {
                vec![cell; cells]
            },
            leaders,
            keys: distinct.then(HashMap::new),
            fault: Fault::default(),
        }
    }

    /// Whether a combination could be among the best of its cell.
    pub(super) fn admits(&self, found: &Found) -> bool {
        match &self.leaders {
            Some(leaders) => leaders.admits(found.cell, found.rank, found.row),
            None => self.cells[found.cell].admits(found),
        }
    }

    /// Whether one of each cell is wanted.
    pub(super) fn is_single(&self) -> bool {
        self.leaders.is_some()
    }

    /// What a value in a cell must not be above, if anything is known.
    pub(super) fn bar(&self, cell: usize) -> Option<f64> {
        match &self.leaders {
            Some(leaders) => Some(leaders.ranks[cell]),
            None => self.cells[cell].bar.map(|bar| bar.rank),
        }
    }

    #[inline]
    pub(super) fn lead(&mut self, cell: usize, rank: f64, row: u64) {
        if let Some(leaders) = &mut self.leaders
            && leaders.admits(cell, rank, row)
        {
            (leaders.ranks[cell], leaders.rows[cell]) = (rank, row);
        }
    }

    #[inline]
    pub(super) fn offer(&mut self, found: Found, key: impl FnOnce() -> Vec<u64>) {
        if self.leaders.is_some() {
            return self.lead(found.cell, found.rank, found.row);
        }
        let cell = &mut self.cells[found.cell];
        if !cell.admits(&found) {
            return;
        }
        match &mut self.keys {
            None => cell.push(found, self.k),
            Some(keys) => {
                let known = keys.entry((found.cell, key())).or_insert(found);
                if found.beats(known) {
                    *known = found;
                }
                let most = self
                    .k
                    .saturating_mul(2)
                    .saturating_mul(self.cells.len())
                    .saturating_add(1024);
                if keys.len() >= most {
                    self.settle();
                }
            }
        }
    }

    /// Forget what cannot win in a cell.
    pub(super) fn settle_cell(&mut self, cell: usize) {
        if self.keys.is_none()
            && let Some(cell) = self.cells.get_mut(cell)
        {
            // Not each time: to settle takes as long as there are many.
            if cell.bar.is_none() || cell.found.len() >= self.k + self.k / 8 {
                cell.settle(self.k);
            }
        }
    }

    /// Forget what cannot win: all that is behind the k-th best of its cell.
    pub(super) fn settle(&mut self) {
        if let Some(keys) = &self.keys {
            for cell in &mut self.cells {
                cell.found.clear();
            }
            for found in keys.values() {
                self.cells[found.cell].found.push(*found);
            }
        }
        for cell in &mut self.cells {
            cell.settle(self.k);
        }
        if let Some(keys) = &mut self.keys {
            let cells = &self.cells;
            keys.retain(|(cell, _), found| {
                cells[*cell]
                    .bar
                    .as_ref()
                    .is_none_or(|bar| !bar.beats(found))
            });
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.fault.merge(&other.fault);
        if let Some(leaders) = other.leaders {
            for (cell, (rank, row)) in leaders.ranks.into_iter().zip(leaders.rows).enumerate() {
                self.lead(cell, rank, row);
            }
        } else if let Some(keys) = other.keys {
            for ((_, key), found) in keys {
                self.offer(found, || key);
            }
        } else {
            let all = other.cells.into_iter().flat_map(|cell| cell.found);
            all.for_each(|found| self.offer(found, Vec::new));
        }
    }

    /// The winners, by cell, then best first.
    pub(super) fn winners(mut self) -> Vec<Winner> {
        self.settle();
        for cell in &mut self.cells {
            cell.found.sort_unstable_by(Found::order);
        }
        let leaders = self.leaders.into_iter().flat_map(|leaders| {
            let all = leaders.ranks.into_iter().zip(leaders.rows).enumerate();
            all.map(|(cell, (rank, row))| Found { rank, cell, row })
                .filter(|found| found.row != NOBODY && found.rank < f64::INFINITY)
        });
        let found = self.cells.into_iter().flat_map(|cell| cell.found);
        leaders
            .chain(found)
            .map(|Found { rank, cell, row }| Winner {
                cell,
                value: rank * self.sign,
                row,
            })
            .collect()
    }
}
