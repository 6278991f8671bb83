//! The inside of a search as a program of its own, over the groups that the search depends on.
//!
//! What varies over one group alone is a table there, and digits of a group that differ in no table are one.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::error::Result;
use crate::exec::evaluator::Evaluator;
use crate::exec::leaf::Leaf;
use crate::exec::plan::mask;
use crate::exec::program::Program;
use crate::exec::schedule::schedule;
use crate::run::Control;
use crate::space::Space;
use crate::space::block::Extent;
use crate::tape::{Name, Node, Op, Tape, TapeBuilder};

use super::live_axes::LiveAxes;

/// A search as a program: its axes are the first search of the program's tape.
pub(super) struct Subprogram {
    pub(super) program: Program,
    /// The groups of the program around that are groups here, ascending.
    pub(super) groups: Vec<usize>,
    /// What each of their digits is here.
    pub(super) digits: Vec<Vec<usize>>,
    pub(super) objective: Node,
    pub(super) among: Node,
    pub(super) live: LiveAxes,
}

impl Subprogram {
    /// The inside of the search of a node that is a winner.
    ///
    /// # Errors
    /// When the program would be none.
    pub(super) fn new(around: &Program, winner: Node) -> Result<Self> {
        let mut copy = Copy::new(around, winner)?;
        let Op::Winner {
            search,
            objective,
            among,
        } = around.tape().ops()[winner as usize]
        else {
            return Err(crate::Error::Invalid(format!("node {winner} is no winner")));
        };
        copy.search(search)?;
        copy.nodes()?;
        let (objective, among) = (copy.nodes[&objective], copy.nodes[&among]);
        let sizes: Vec<u64> = copy.firsts.iter().map(|one| one.len() as u64).collect();
        let mut tape = copy.builder.finish(vec![])?;
        let bound = |tape: &Tape| {
            let (tape, space) = (Arc::new(tape.clone()), Space::new(sizes.clone())?);
            let leaves = copy.leaves.clone();
            Program::new(tape, space, leaves, around.simd(), around.blocks())
        };
        let whole = bound(&tape)?;
        let live = LiveAxes::new(&whole, among)?;
        let left = live.search(&tape.searches[0]);
        let program = if left == tape.searches[0] {
            whole
        } else {
            tape.searches[0] = left;
            bound(&tape)?
        };
        Ok(Self {
            live,
            program,
            groups: copy.groups,
            digits: copy.digits,
            objective,
            among,
        })
    }
}

/// A copy of a search's inside on its way.
struct Copy<'a> {
    around: &'a Program,
    /// The nodes that the search is made of and that are no tables, ascending.
    others: Vec<Node>,
    groups: Vec<usize>,
    /// For each group, what each digit becomes, and the first digit that becomes each one.
    digits: Vec<Vec<usize>>,
    firsts: Vec<Vec<usize>>,
    /// The values of nodes that vary over at most one group and are read by others.
    tables: BTreeMap<Node, Vec<f64>>,
    builder: TapeBuilder,
    leaves: Vec<Leaf>,
    /// Where the searches and nodes are in the copy.
    searches: HashMap<u32, u32>,
    nodes: HashMap<Node, Node>,
}

impl<'a> Copy<'a> {
    fn new(around: &'a Program, winner: Node) -> Result<Self> {
        let tape = around.tape();
        let wanted = tape.ops()[winner as usize].operands();
        let reached = tape.reached(&wanted)?;
        let over = around.masks()[winner as usize];
        let groups: Vec<usize> = (0..around.sizes().len())
            .filter(|group| over >> group & 1 == 1)
            .collect();
        let searched = tape.searched();
        // A node of one group at most, whatever it is made of.
        let simple = |node: Node| {
            let mask = around.masks()[node as usize];
            !searched[node as usize] && mask & !over == 0 && mask.count_ones() <= 1
        };
        let others: Vec<Node> = (0..tape.ops().len() as Node)
            .filter(|node| reached[*node as usize] && !simple(*node))
            .collect();
        let read = others
            .iter()
            .flat_map(|node| tape.ops()[*node as usize].operands());
        let mut frontier: Vec<Node> = read.chain(wanted).filter(|node| simple(*node)).collect();
        frontier.sort_unstable();
        frontier.dedup();
        let tables = tables(around, &frontier)?;
        // A dense table over several groups tells all of their digits apart.
        let given = others
            .iter()
            .filter_map(|node| match tape.ops()[*node as usize] {
                Op::Leaf(leaf) => Some(around.leaf(leaf)),
                _ => None,
            });
        let (dense, classed): (Vec<&Leaf>, Vec<&Leaf>) = given.partition(|leaf| leaf.is_dense());
        let told_apart = dense.iter().fold(0, |told, leaf| told | mask(&leaf.groups));
        let (mut digits, mut firsts) = (vec![], vec![]);
        for &group in &groups {
            let tables = frontier
                .iter()
                .filter(|node| around.masks()[**node as usize] == 1 << group)
                .map(|node| &tables[node][..]);
            let classes_of = |leaf: &&Leaf| {
                let which = leaf.groups.iter().position(|own| *own == group)?;
                let digits = 0..around.sizes()[group];
                Some(
                    digits
                        .map(|digit| leaf.class(which, digit) as f64)
                        .collect(),
                )
            };
            let classed: Vec<Vec<f64>> = classed.iter().filter_map(classes_of).collect();
            let tables: Vec<&[f64]> = tables.chain(classed.iter().map(Vec::as_slice)).collect();
            let apart = told_apart >> group & 1 == 1;
            let (of, first) = classes(around.sizes()[group], apart, &tables);
            digits.push(of);
            firsts.push(first);
        }
        Ok(Self {
            around,
            others,
            groups,
            digits,
            firsts,
            tables,
            builder: TapeBuilder::new(),
            leaves: vec![],
            searches: HashMap::new(),
            nodes: HashMap::new(),
        })
    }

    /// Copy what the search is made of.
    fn nodes(&mut self) -> Result<()> {
        for (node, values) in std::mem::take(&mut self.tables) {
            let copied = self.table(node, &values);
            self.nodes.insert(node, copied);
        }
        for node in std::mem::take(&mut self.others) {
            let copied = self.node(node, self.around.tape().ops()[node as usize])?;
            self.nodes.insert(node, copied);
        }
        Ok(())
    }

    /// A node of at most one group, at the digits that are told apart.
    fn table(&mut self, node: Node, values: &[f64]) -> Node {
        let mask = self.around.masks()[node as usize];
        match self.groups.iter().position(|group| mask == 1 << group) {
            None => self.builder.constant(values[0]),
            Some(place) => {
                let values = self.firsts[place].iter().map(|digit| values[*digit]);
                let values = values.collect();
                self.leaf(node, vec![place], values)
            }
        }
    }

    /// A table at the digits that are told apart, over the groups here.
    fn told_apart(&self, leaf: &Leaf) -> Leaf {
        let mut digits: Vec<Vec<usize>> = vec![vec![]; self.around.sizes().len()];
        for (group, firsts) in self.groups.iter().zip(&self.firsts) {
            digits[*group].clone_from(firsts);
        }
        let lens = digits.iter().map(Vec::len).collect();
        let leaf = leaf.picked(&digits, self.around.sizes()).expanded(lens);
        let place = |group: &usize| self.groups.binary_search(group).ok();
        Leaf::new(leaf.groups.iter().filter_map(place).collect(), leaf.values)
    }

    fn leaf(&mut self, node: Node, groups: Vec<usize>, values: Arc<[f64]>) -> Node {
        self.leaves.push(Leaf::new(groups, values));
        self.builder.leaf(Name {
            name: node.to_string(),
            unit: String::new(),
            doc: String::new(),
        })
    }

    fn node(&mut self, node: Node, op: Op) -> Result<Node> {
        let at = |node: Node| self.nodes[&node];
        let op = match op {
            Op::Constant(_) => op,
            Op::Leaf(leaf) => {
                let leaf = self.told_apart(self.around.leaf(leaf));
                return Ok(self.leaf(node, leaf.groups, leaf.values));
            }
            Op::SearchAxis { search, axis } => Op::SearchAxis {
                search: self.search(search)?,
                axis,
            },
            Op::Unary(op, a) => Op::Unary(op, at(a)),
            Op::Binary(op, a, b) => Op::Binary(op, at(a), at(b)),
            Op::Where(c, a, b) => Op::Where(at(c), at(a), at(b)),
            Op::Winner {
                search,
                objective,
                among,
            } => {
                let (objective, among) = (at(objective), at(among));
                let search = self.search(search)?;
                Op::Winner {
                    search,
                    objective,
                    among,
                }
            }
            Op::Pick {
                search,
                axis,
                winner,
            } => {
                let winner = at(winner);
                let search = self.search(search)?;
                Op::Pick {
                    search,
                    axis,
                    winner,
                }
            }
            Op::Fold(fold, a) => Op::Fold(fold, at(a)),
        };
        self.builder.push(op)
    }

    fn search(&mut self, search: u32) -> Result<u32> {
        if let Some(known) = self.searches.get(&search) {
            return Ok(*known);
        }
        let copied = self.around.tape().searches()[search as usize].clone();
        let number = self.builder.search(copied)?;
        self.searches.insert(search, number);
        Ok(number)
    }
}

/// The values of nodes over the groups that each varies over, ascending.
pub(super) fn tables(around: &Program, nodes: &[Node]) -> Result<BTreeMap<Node, Vec<f64>>> {
    let memory: Vec<usize> = (0..around.sizes().len()).collect();
    let scheduled = schedule(around, &[nodes.to_vec()], &memory, None)?;
    let mut evaluator = Evaluator::new(Arc::clone(&scheduled.plan));
    evaluator.enter(&Extent::whole(around.sizes()));
    evaluator.evaluate(0, &Control::default())?;
    let values = |node: &Node| {
        let mask = around.masks()[*node as usize];
        let groups: Vec<usize> = memory
            .iter()
            .copied()
            .filter(|group| mask >> group & 1 == 1)
            .collect();
        let mut values = vec![0.0; around.points(mask)];
        evaluator.copy(&scheduled.source(*node), &groups, &mut values);
        (*node, values)
    };
    Ok(nodes.iter().map(values).collect())
}

/// What each digit of a group becomes when those that are equal in all tables are one, unless all are told apart; and
/// the first digit that becomes each one.
fn classes(size: usize, apart: bool, tables: &[&[f64]]) -> (Vec<usize>, Vec<usize>) {
    if apart {
        return ((0..size).collect(), (0..size).collect());
    }
    let mut known: HashMap<Vec<u64>, usize> = HashMap::new();
    let mut firsts = vec![];
    let digits = (0..size).map(|digit| {
        let key = tables.iter().map(|table| table[digit].to_bits()).collect();
        *known.entry(key).or_insert_with(|| {
            firsts.push(digit);
            firsts.len() - 1
        })
    });
    (digits.collect(), firsts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::tiling::Blocks;
    use crate::numeric::kernels::Simd;
    use crate::tape::{Binary, Search, SearchAxis, Unary};

    /// The inside of a search for the number closest to ⌊x / 10⌋ + y, for 100 values of x and 3 of y.
    fn inside(y: Leaf) -> Result<Subprogram> {
        let mut builder = TapeBuilder::new();
        let [x, y_node] = ["x", "y"].map(|name| {
            builder.leaf(Name {
                name: name.to_owned(),
                unit: String::new(),
                doc: String::new(),
            })
        });
        let ten = builder.constant(10.0);
        let tenth = builder.push(Op::Binary(Binary::Divide, x, ten))?;
        let whole = builder.push(Op::Unary(Unary::Floor, tenth))?;
        let sum = builder.push(Op::Binary(Binary::Add, whole, y_node))?;
        let search = builder.search(Search {
            name: String::new(),
            axes: vec![SearchAxis {
                name: String::new(),
                values: vec![1.0, 5.0],
            }],
        })?;
        let number = builder.push(Op::SearchAxis { search, axis: 0 })?;
        let objective = builder.push(Op::Binary(Binary::Subtract, sum, number))?;
        let winner = builder.push(Op::Winner {
            search,
            objective,
            among: number,
        })?;
        let x = Leaf::new(vec![0], (0..100).map(f64::from).collect());
        let space = Space::new(vec![100, 3])?;
        let tape = Arc::new(builder.finish(vec![])?);
        let around = Program::new(tape, space, vec![x, y], Simd::BASELINE, Blocks::default())?;
        Subprogram::new(&around, winner)
    }

    #[test]
    fn digits_that_make_no_difference_are_one() -> Result<()> {
        let inside = inside(Leaf::new(vec![1], [7.0, 2.0, 7.0].into()))?;
        assert_eq!(inside.program.space().sizes(), [10, 2]);
        assert_eq!(
            inside.digits[0],
            (0..100).map(|x| x / 10).collect::<Vec<_>>()
        );
        assert_eq!(inside.digits[1], [0, 1, 0]);
        Ok(())
    }

    #[test]
    fn digits_of_a_table_over_several_groups_are_told_apart() -> Result<()> {
        let inside = inside(Leaf::new(vec![0, 1], vec![7.0; 300].into()))?;
        assert_eq!(inside.program.space().sizes(), [100, 3]);
        Ok(())
    }
}
