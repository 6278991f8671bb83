//! Tiles without the digits at which no candidate is legal, as far as conditions about one axis tell.

use std::sync::Arc;

use crate::block::{Extent, Source};
use crate::error::Result;
use crate::evaluator::Evaluator;
use crate::math::holds;
use crate::program::Program;
use crate::run::Control;
use crate::schedule::{Scheduled, schedule};
use crate::tape::Node;

use super::layout::Layout;

/// The conditions about one axis.
#[derive(Debug)]
pub(super) struct Trims {
    scheduled: Scheduled,
    /// What each varies over, its axis first, and where its values are.
    conditions: Vec<(Vec<usize>, Source)>,
}

impl Trims {
    /// # Errors
    /// When a node does not exist.
    pub(super) fn new(program: &Program, layout: &Layout) -> Result<Self> {
        let nodes = &layout.trims;
        let scheduled = schedule(program, std::slice::from_ref(nodes), &layout.memory, None)?;
        let groups = |node: &Node| {
            let mask = program.masks()[*node as usize];
            let all = (0..program.sizes().len()).rev();
            all.filter(|group| mask >> group & 1 == 1).collect()
        };
        let conditions = nodes.iter();
        let conditions = conditions.map(|node| (groups(node), scheduled.source(*node)));
        Ok(Self {
            conditions: conditions.collect(),
            scheduled,
        })
    }
}

/// Makes tiles smaller.
#[derive(Debug)]
pub(super) struct Trimmer {
    evaluator: Evaluator,
    values: Vec<f64>,
}

impl Trimmer {
    pub(super) fn new(trims: &Trims) -> Self {
        Self {
            evaluator: Evaluator::new(Arc::clone(&trims.scheduled.plan)),
            values: vec![],
        }
    }

    /// Cut off a tile's first and last digits at which no candidate is legal; false when none is left.
    ///
    /// # Errors
    /// When the run shall stop.
    pub(super) fn trim(
        &mut self,
        trims: &Trims,
        tile: &Extent,
        trimmed: &mut Extent,
        control: &Control,
    ) -> Result<bool> {
        trimmed.clone_from(tile);
        self.evaluator.enter(tile);
        self.evaluator.evaluate(0, control)?;
        for (groups, source) in &trims.conditions {
            let (axis, each) = (groups[0], tile.values(&groups[1..]));
            self.values.clear();
            self.values.resize(tile.values(groups), 0.0);
            self.evaluator.copy(source, groups, &mut self.values);
            let mut digits = self.values.chunks_exact(each);
            let is_open = |values: &[f64]| values.iter().any(|value| holds(*value));
            let Some(first) = digits.clone().position(is_open) else {
                return Ok(false);
            };
            let last = digits.rposition(is_open).unwrap_or(first);
            let start = trimmed.starts[axis].max(tile.starts[axis] + first);
            let end = (trimmed.starts[axis] + trimmed.lens[axis]).min(tile.starts[axis] + last + 1);
            if end <= start {
                return Ok(false);
            }
            (trimmed.starts[axis], trimmed.lens[axis]) = (start, end - start);
        }
        Ok(true)
    }
}
