//! Which digits of a group a node does not tell apart: it reads the group only through what is the same for them.

use std::collections::HashMap;
use std::sync::Arc;

use crate::error::Result;
use crate::exec::leaf::DigitClasses;
use crate::exec::plan::mask;
use crate::exec::program::Program;
use crate::run::Control;
use crate::tape::{Node, Op};

/// Groups of more digits are not looked at.
const MOST_DIGITS: usize = 1 << 16;

type Shared = Arc<DigitClasses>;

/// For nodes and groups that they vary over, the classes of digits that the node does not tell apart, where some digits
/// share one.
#[derive(Debug, Default)]
pub(super) struct Partitions {
    known: HashMap<(Node, usize), Shared>,
}

impl Partitions {
    /// Those of all that some nodes are made of.
    ///
    /// # Errors
    /// When a node does not exist, or is a search that cannot be planned.
    pub(super) fn new(program: &Program, wanted: &[Node]) -> Result<Self> {
        let needed = program.tape().needed(wanted)?;
        let mut making = Making {
            program,
            partitions: Self::default(),
            joined: HashMap::new(),
        };
        making.of_single_groups(&needed)?;
        for node in (0..needed.len()).filter(|node| needed[*node]) {
            making.of_node(node as Node)?;
        }
        Ok(making.partitions)
    }

    /// The classes of digits of a group that a node does not tell apart; None where it tells all digits apart.
    pub(super) fn get(&self, node: Node, group: usize) -> Option<&DigitClasses> {
        self.known.get(&(node, group)).map(Arc::as_ref)
    }
}

struct Making<'a> {
    program: &'a Program,
    partitions: Partitions,
    /// The coarsest partition that is finer than two, by their addresses; None where it tells all digits apart.
    joined: HashMap<(usize, usize), (Shared, Shared, Option<Shared>)>,
}

impl Making<'_> {
    fn keep(&mut self, node: Node, group: usize, classes: DigitClasses) {
        if classes.count < self.program.sizes()[group] {
            let known = &mut self.partitions.known;
            known.insert((node, group), Arc::new(classes));
        }
    }

    /// What varies over one group is known by its values.
    fn of_single_groups(&mut self, needed: &[bool]) -> Result<()> {
        let program = self.program;
        let searched = program.tape().searched();
        for group in 0..program.space().sizes().len() {
            let single = |node: &usize| {
                needed[*node] && !searched[*node] && program.masks()[*node] == mask(&[group])
            };
            let nodes = (0..needed.len()).filter(single).map(|node| node as Node);
            let nodes: Vec<Node> = nodes.collect();
            if nodes.is_empty() || program.sizes()[group] > MOST_DIGITS {
                continue;
            }
            let tables = program.tabulate(&nodes, &[group], 1, &Control::default())?;
            for (node, values) in nodes.into_iter().zip(tables) {
                let keys = values.iter().map(|value| value.to_bits());
                self.keep(node, group, DigitClasses::by(keys));
            }
        }
        Ok(())
    }

    fn of_node(&mut self, node: Node) -> Result<()> {
        let program = self.program;
        for group in program.groups(node) {
            if self.partitions.known.contains_key(&(node, group)) {
                continue;
            }
            match &program.tape().ops()[node as usize] {
                Op::Leaf(leaf) => {
                    let leaf = program.leaf(*leaf);
                    let which = leaf.groups.iter().position(|own| *own == group);
                    if let Some(classes) = which.and_then(|which| leaf.classes.get(which)) {
                        self.keep(node, group, classes.clone());
                    }
                }
                Op::Winner { .. } => {
                    if let Some(classes) = program.searcher(node)?.classes(group) {
                        self.keep(node, group, classes);
                    }
                }
                op => self.of_operands(node, group, &op.operands()),
            }
        }
        Ok(())
    }

    /// Digits that no operand tells apart are not told apart.
    fn of_operands(&mut self, node: Node, group: usize, operands: &[Node]) {
        let masks = self.program.masks();
        let varies = |operand: &&Node| masks[**operand as usize] >> group & 1 == 1;
        let mut found: Option<Shared> = None;
        for operand in operands.iter().filter(varies) {
            let Some(own) = self.partitions.known.get(&(*operand, group)).cloned() else {
                return;
            };
            found = match found {
                None => Some(own),
                Some(found) => match self.join(&found, &own, self.program.sizes()[group]) {
                    None => return,
                    joined => joined,
                },
            };
        }
        if let Some(found) = found {
            self.partitions.known.insert((node, group), found);
        }
    }

    fn join(&mut self, a: &Shared, b: &Shared, size: usize) -> Option<Shared> {
        if Arc::ptr_eq(a, b) {
            return Some(Arc::clone(a));
        }
        let key = (Arc::as_ptr(a) as usize, Arc::as_ptr(b) as usize);
        let (_, _, joined) = self.joined.entry(key).or_insert_with(|| {
            let classes = DigitClasses::by(a.of.iter().zip(b.of.iter()));
            // That of one of them, where it is as fine: so that it is found again by its address.
            let joined = if classes.count == a.count {
                Some(Arc::clone(a))
            } else if classes.count == b.count {
                Some(Arc::clone(b))
            } else {
                (classes.count < size).then(|| Arc::new(classes))
            };
            (Arc::clone(a), Arc::clone(b), joined)
        });
        joined.clone()
    }
}
