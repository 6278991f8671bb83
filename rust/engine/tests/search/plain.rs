//! A tape played by plain loops.

use gigacost_engine::Tape;
use gigacost_engine::numeric::scalar;
use gigacost_engine::tape::{Node, Op};

use crate::models::Draft;

/// The value of a node at some digits, by plain loops.
pub(crate) struct Plain<'a> {
    pub(crate) tape: &'a Tape,
    pub(crate) draft: &'a Draft,
    pub(crate) digits: Vec<u64>,
}

impl Plain<'_> {
    fn leaf(&self, leaf: u32) -> f64 {
        let (groups, values) = &self.draft.leaves[leaf as usize];
        let groups = (0..self.digits.len()).filter(|group| groups[*group]);
        let place = groups.fold(0, |place, group| {
            place * self.draft.space[group] + self.digits[group]
        });
        let value = values[place as usize % values.len()];
        if value == 8 {
            f64::NAN
        } else {
            f64::from(value) / 2.0
        }
    }

    pub(crate) fn values(&self, upto: Node, candidates: &[Vec<f64>]) -> Vec<f64> {
        let mut values: Vec<f64> = vec![];
        let at = |values: &Vec<f64>, node: Node| values[node as usize];
        for op in &self.tape.ops()[..=upto as usize] {
            let value = match *op {
                Op::Constant(bits) => f64::from_bits(bits),
                Op::Leaf(leaf) => self.leaf(leaf),
                Op::SearchAxis { search, axis } => {
                    let candidate = candidates
                        .get(search as usize)
                        .and_then(|axes| axes.get(axis as usize));
                    candidate.copied().unwrap_or(f64::NAN)
                }
                Op::Unary(op, a) => scalar::unary(op, at(&values, a)),
                Op::Binary(op, a, b) => scalar::binary(op, at(&values, a), at(&values, b)),
                Op::Where(c, a, b) => {
                    scalar::select(at(&values, c), at(&values, a), at(&values, b))
                }
                // There are no draws here.
                Op::Fold(_, a) => at(&values, a),
                Op::Winner {
                    search,
                    objective,
                    among,
                } => self.winner(search, objective, among, candidates),
                Op::Pick {
                    search,
                    axis,
                    winner,
                } => {
                    let (search, winner) =
                        (&self.tape.searches()[search as usize], at(&values, winner));
                    let axis_values = &search.axes[axis as usize].values;
                    let digit = winner as usize / search.stride(axis as usize) % axis_values.len();
                    if winner.is_nan() {
                        f64::NAN
                    } else {
                        axis_values[digit]
                    }
                }
            };
            values.push(value);
        }
        values
    }

    fn winner(&self, search: u32, objective: Node, among: Node, candidates: &[Vec<f64>]) -> f64 {
        // Where another search is around this one, its axes have values; a search on its own is not asked for more.
        let axes = &self.tape.searches()[search as usize].axes;
        let mut best: Option<(f64, usize)> = None;
        let count: usize = axes.iter().map(|axis| axis.values.len()).product();
        for number in 0..count {
            let mut rest = number;
            let mut candidate: Vec<f64> = axes
                .iter()
                .rev()
                .map(|axis| {
                    let value = axis.values[rest % axis.values.len()];
                    rest /= axis.values.len();
                    value
                })
                .collect();
            candidate.reverse();
            let mut candidates = candidates.to_vec();
            candidates.resize(self.tape.searches().len(), vec![]);
            candidates[search as usize] = candidate;
            let values = self.values(objective.max(among), &candidates);
            let (objective, legal) = (values[objective as usize], values[among as usize]);
            if scalar::holds(legal)
                && !objective.is_nan()
                && best.is_none_or(|(best, _)| objective < best)
            {
                best = Some((objective, number));
            }
        }
        best.map_or(f64::NAN, |(_, number)| number as f64)
    }
}
