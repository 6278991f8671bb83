//! Dominance: combinations of some digits that are at no point better than an earlier one are left out.
//!
//! What is asked for depends on some groups only through a few nodes, the *bottleneck*. Where it is known of each
//! whether it is minimised or maximised, digits whose values there are nowhere better than those of an earlier row can
//! neither win nor tie to win, whatever the other groups are.

use super::pairwise::Compared;
use super::separators::{Bottleneck, Known};
use super::{Goal, Part};
use crate::error::Result;
use crate::exec::leaf::Leaf;
use crate::exec::plan::mask;
use crate::run::Control;
use crate::tape::Op;

/// So many points are looked at for each combination of the space, at most.
const SHARE: u64 = 64;
/// And no more than this.
const MOST_POINTS: u64 = 1 << 20;
/// Groups become one where so large a part of their points is left out: a quarter.
const WORTH: usize = 4;
/// Tables may take so many times the values that they had, or should have been allowed to have.
const SWOLLEN: usize = 2;
const SMALL: usize = 1 << 18;
/// How many sets of groups are tried.
const TRIALS: usize = 16;

impl Part {
    /// What is left when digits that cannot win, of single groups and of several together, are left out; nothing when
    /// no row is kept.
    ///
    /// # Errors
    /// When the run was stopped.
    pub(crate) fn reduced(
        self,
        goal: &Goal,
        threads: usize,
        control: &Control,
    ) -> Result<Option<Self>> {
        let (mut known, mut part) = (Known::new(&self.program), self);
        if !known.is_finite(goal) {
            // More is known of what is searched for when it is found.
            part = part.with_tables(goal, threads, control)?;
            known = Known::new(&part.program);
        }
        for group in 0..part.program.space().sizes().len() {
            match part.without_dominated(&known, goal, &[group], threads, control)? {
                Outcome::Nothing => return Ok(None),
                // It has become the first.
                Outcome::Less(less) => (known, part) = (Known::new(&less.program), *less),
                Outcome::Same => {}
            }
        }
        let mut trials = TRIALS;
        while trials > 0 {
            let mut found = None;
            for groups in part.candidates(goal)? {
                trials = trials.saturating_sub(1);
                match part.without_dominated(&known, goal, &groups, threads, control)? {
                    Outcome::Nothing => return Ok(None),
                    Outcome::Less(less) => {
                        found = Some(less);
                        break;
                    }
                    Outcome::Same if trials == 0 => break,
                    Outcome::Same => {}
                }
            }
            match found {
                Some(less) => (known, part) = (Known::new(&less.program), *less),
                None => break,
            }
        }
        Ok(Some(part))
    }

    /// Sets of groups worth a look: those that some node varies over, the smallest first. Where all of them make cells
    /// no two points are compared.
    fn candidates(&self, goal: &Goal) -> Result<Vec<Vec<usize>>> {
        let (program, space) = (&self.program, self.program.space());
        let needed = program.tape().needed(&goal.nodes())?;
        let outer = (1_u64 << space.sizes().len()) - 1;
        let celled = (0..self.adds.len()).filter(|group| !self.adds[*group].is_empty());
        let celled = mask(&celled.collect::<Vec<_>>());
        let most = (space.combinations() / SHARE).min(MOST_POINTS);
        let masks = program.masks().iter().zip(needed);
        let mut sets: Vec<u64> = masks
            .filter(|(mask, needed)| *needed && **mask & !outer == 0 && mask.count_ones() > 1)
            .map(|(mask, _)| *mask)
            .filter(|mask| mask & !celled != 0 && program.points(*mask) as u64 <= most)
            .collect();
        sets.sort_unstable_by_key(|mask| (program.points(*mask), *mask));
        sets.dedup();
        let groups = |mask: u64| {
            (0..space.sizes().len())
                .filter(|group| mask >> group & 1 == 1)
                .collect()
        };
        Ok(sets.into_iter().map(groups).collect())
    }

    /// What is left of it without points of some groups that cannot win.
    fn without_dominated(
        &self,
        known: &Known,
        goal: &Goal,
        groups: &[usize],
        threads: usize,
        control: &Control,
    ) -> Result<Outcome> {
        let program = &self.program;
        let points = program.points(mask(groups));
        if points < 2 {
            return Ok(Outcome::Same);
        }
        let Some(bottleneck) = Bottleneck::new(program, known, goal, groups) else {
            return Ok(Outcome::Same);
        };
        let values = bottleneck.tabulated(program, threads, control)?;
        let compared = Compared::new(self, &bottleneck, &values, points);
        let Some(kept) = compared.kept() else {
            return Ok(Outcome::Same);
        };
        if kept.is_empty() {
            return Ok(Outcome::Nothing);
        }
        if groups.len() > 1 && kept.len() > points - points / WORTH || kept.len() == points {
            return Ok(Outcome::Same);
        }
        let nodes = bottleneck.nodes.iter().map(|(node, _)| *node);
        let tables = values
            .into_iter()
            .map(|(groups, values)| Leaf::new(groups, values.into()));
        let part = Self {
            program: program.with_tables(nodes.zip(tables).collect())?,
            adds: self.adds.clone(),
        };
        if part.swells(groups, kept.len(), goal)? {
            return Ok(Outcome::Same);
        }
        let listed = part.listed(groups, &kept, goal)?;
        Ok(Outcome::Less(Box::new(listed)))
    }

    /// Whether tables would have many more values if so many points of some groups became one group.
    fn swells(&self, groups: &[usize], points: usize, goal: &Goal) -> Result<bool> {
        let (program, within) = (&self.program, mask(groups));
        let reached = program.tape().reached(&goal.nodes())?;
        let (mut before, mut after) = (0_usize, 0_usize);
        for node in (0..reached.len()).filter(|node| reached[*node]) {
            if let Op::Leaf(leaf) = program.tape().ops()[node] {
                let leaf = program.leaf(leaf);
                let extents = leaf.extents(program.sizes());
                let extents = leaf.groups.iter().zip(&extents);
                let (joined, others): (Vec<_>, Vec<_>) =
                    extents.partition(|(group, _)| within >> **group & 1 == 1);
                let values =
                    |own: Vec<(&usize, &usize)>| own.iter().map(|(_, extent)| **extent).product();
                let (joined, others): (usize, usize) = (values(joined), values(others));
                before = before.saturating_add(leaf.values.len());
                after = after.saturating_add(others.saturating_mul(points.min(joined)));
            }
        }
        Ok(after > before.max(SMALL).saturating_mul(SWOLLEN))
    }
}

enum Outcome {
    /// No row is kept.
    Nothing,
    Less(Box<Part>),
    Same,
}
