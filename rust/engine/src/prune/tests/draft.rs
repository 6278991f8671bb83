//! Random programs: what they are made of is drawn as numbers.

use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::exec::leaf::Leaf;
use crate::exec::program::Program;
use crate::exec::tiling::Blocks;
use crate::numeric::kernels::Simd;
use crate::space::Space;
use crate::tape::{Binary, Name, Node, Op, Search, SearchAxis, TapeBuilder, Unary};

/// A space has at most so many combinations.
const MOST_ROWS: usize = 6000;

/// A random program, and what is asked of it.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) sizes: Vec<usize>,
    /// The groups (a mask) of each leaf, and what its values are drawn with.
    leaves: Vec<(u8, u64)>,
    palette: Vec<f64>,
    search: Option<Inner>,
    ops: Vec<(Index, [Index; 3])>,
    /// Leaves that the last node is multiplied with, or (true) divided by.
    chain: Vec<(bool, Index)>,
    /// Whether the last node is made a number, and finite.
    mended: bool,
    clamped: bool,
    /// What the condition is made of.
    guards: Option<Vec<(Index, [Index; 2])>>,
}

/// A search: its axes, and what its objective and its condition are made of.
#[derive(Clone, Debug)]
struct Inner {
    axes: Vec<Vec<f64>>,
    ops: Vec<(Index, [Index; 3])>,
    among: Option<Index>,
}

/// A program, and its nodes that are not inside of a search.
pub(super) struct Drafted {
    pub(super) program: Program,
    pub(super) known: Vec<Node>,
    pub(super) keep: Option<Node>,
}

/// Few numbers, so that there are many ties: of all kinds, or of one kind only.
fn palettes() -> impl Strategy<Value = Vec<f64>> {
    let wild = [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        0.0,
        -0.0,
        5e-324,
        -5e-324,
        1e308,
        f64::MIN_POSITIVE,
    ];
    let wild = select(wild.to_vec());
    let zeros = select(vec![0.0, -0.0, 1.0, -1.0]);
    let plain = (-6_i8..7).prop_map(|half| f64::from(half) / 2.0);
    let positive = prop_oneof![0.5..1e3, (1_u8..5).prop_map(f64::from)];
    let near = (0_u64..9).prop_map(|ulps| f64::from_bits(1.0_f64.to_bits() + ulps - 4));
    let extreme = select(vec![
        1e-320, 1e-289, 1e-200, 1e-115, 1e-20, 1e115, 1e200, 1e289,
    ]);
    let several = |kind: BoxedStrategy<f64>| proptest::collection::vec(kind, 1..8);
    let any = prop_oneof![
        2 => wild,
        1 => zeros.clone(),
        3 => plain.clone(),
        2 => positive.clone(),
    ];
    let gappy = prop_oneof![1 => Just(f64::NAN), 5 => near.clone(), 2 => positive.clone()];
    prop_oneof![
        2 => several(any.boxed()),
        1 => several(zeros.boxed()),
        2 => several(plain.boxed()),
        3 => several(positive.boxed()),
        3 => several(near.boxed()),
        2 => several(gappy.boxed()),
        1 => several(extreme.boxed()),
    ]
}

pub(super) fn drafts() -> impl Strategy<Value = Draft> {
    let size = prop_oneof![4 => 1_usize..6, 2 => 6_usize..20, 1 => 60_usize..71];
    let op = || any::<(Index, [Index; 3])>();
    let inner = (
        proptest::collection::vec(
            proptest::collection::vec((-3_i8..6).prop_map(f64::from), 1..4),
            1..3,
        ),
        proptest::collection::vec(op(), 1..4),
        any::<Option<Index>>(),
    )
        .prop_map(|(axes, ops, among)| Inner { axes, ops, among });
    (
        proptest::collection::vec(size, 1..5),
        proptest::collection::vec(any::<(u8, u64)>(), 2..7),
        palettes(),
        proptest::option::weighted(0.2, inner),
        proptest::collection::vec(op(), 0..8),
        proptest::collection::vec(any::<(bool, Index)>(), 0..12),
        any::<(bool, bool)>(),
        proptest::option::of(proptest::collection::vec(
            any::<(Index, [Index; 2])>(),
            1..6,
        )),
    )
        .prop_map(
            |(mut sizes, leaves, palette, search, ops, chain, (mended, clamped), guards)| {
                let mut room = MOST_ROWS;
                for size in &mut sizes {
                    *size = (*size).min(room).max(1);
                    room /= *size;
                }
                Draft {
                    sizes,
                    leaves,
                    palette,
                    search,
                    ops,
                    chain,
                    mended,
                    clamped,
                    guards,
                }
            },
        )
}

/// Few operations over two small groups: each of them decides much.
pub(super) fn small() -> impl Strategy<Value = Draft> {
    (
        (2_usize..7, 2_usize..5),
        palettes(),
        proptest::collection::vec((1_u8..4, any::<u64>()), 2..5),
        proptest::collection::vec(any::<(Index, [Index; 3])>(), 1..5),
        any::<(bool, bool)>(),
        proptest::option::of(proptest::collection::vec(
            any::<(Index, [Index; 2])>(),
            1..4,
        )),
    )
        .prop_map(
            |((many, few), palette, leaves, ops, (mended, clamped), guards)| Draft {
                sizes: vec![many, few],
                leaves,
                palette,
                search: None,
                ops,
                chain: vec![],
                mended,
                clamped,
                guards,
            },
        )
}

/// Products of factors that differ by few units in the last place, often cancelled.
pub(super) fn chains() -> impl Strategy<Value = Draft> {
    let near = (0_u64..5).prop_map(|ulps| f64::from_bits(1.0_f64.to_bits() + ulps - 2));
    let near = prop_oneof![9 => near, 1 => Just(3.0)];
    let chain = proptest::collection::vec(any::<(bool, Index)>(), 4..14);
    (
        (20_usize..70, 1_usize..4),
        proptest::collection::vec(near, 2..5),
        proptest::collection::vec(any::<(u8, u64)>(), 3..6),
        chain,
    )
        .prop_map(|((many, few), palette, leaves, chain)| Draft {
            sizes: vec![many, few],
            leaves,
            palette,
            search: None,
            ops: vec![],
            chain,
            mended: false,
            clamped: false,
            guards: None,
        })
}

/// Any operation on nodes that are known; products and quotients often.
fn op(which: Index, [a, b, c]: [Node; 3]) -> Op {
    let unary = Unary::ALL.map(|(op, _)| Op::Unary(op, a));
    let binary = Binary::ALL.map(|(op, _)| Op::Binary(op, a, b));
    let often = [
        Binary::Multiply,
        Binary::Divide,
        Binary::Add,
        Binary::Maximum,
    ];
    let often = often.map(|op| Op::Binary(op, a, b));
    let all = [&unary[..], &binary, &often, &often, &[Op::Where(c, a, b)]].concat();
    *which.get(&all)
}

/// A condition: comparisons of what is known, and logic, of numbers too.
fn guard(which: Index, [a, b]: [Node; 2]) -> Op {
    let binary = [
        Binary::Both,
        Binary::Both,
        Binary::Either,
        Binary::Less,
        Binary::LessEqual,
        Binary::LessEqual,
        Binary::NotEqual,
    ];
    let binary = binary.map(|op| Op::Binary(op, a, b));
    *which.get(&[&binary[..], &[Op::Unary(Unary::Negate, a)]].concat())
}

pub(super) fn name(name: &str) -> Name {
    Name {
        name: name.into(),
        ..Name::default()
    }
}

/// A number that looks like chance (the finaliser of `SplitMix64`).
fn mixed(seed: u64) -> u64 {
    let mixed = (seed ^ seed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}

impl Draft {
    pub(super) fn build(&self, simd: Simd) -> Drafted {
        let mut builder = TapeBuilder::new();
        let (mut leaves, mut known) = (vec![], vec![]);
        for (i, (mask, seed)) in self.leaves.iter().enumerate() {
            let groups = (0..self.sizes.len()).filter(|group| mask >> group & 1 == 1);
            let groups: Vec<usize> = groups.collect();
            let points: usize = groups.iter().map(|group| self.sizes[*group]).product();
            let value = |point: usize| {
                let drawn =
                    mixed(seed.wrapping_add((point as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)));
                self.palette[(drawn % self.palette.len() as u64) as usize]
            };
            let values = (0..points).map(value).collect();
            leaves.push(Leaf::new(groups, values));
            known.push(builder.leaf(name(&i.to_string())));
        }
        let factors = known.clone();
        if let Some(inner) = &self.search {
            inner.push(&mut builder, &mut known);
        }
        let mut push = |op: Op| builder.push(op).unwrap();
        for (which, operands) in &self.ops {
            let operands = operands.map(|operand| *operand.get(&known));
            known.push(push(op(*which, operands)));
        }
        for (divided, factor) in &self.chain {
            let op = if *divided {
                Binary::Divide
            } else {
                Binary::Multiply
            };
            let last = known[known.len() - 1];
            known.push(push(Op::Binary(op, last, *factor.get(&factors))));
        }
        let mut last = known[known.len() - 1];
        if self.mended {
            let missing = push(Op::Unary(Unary::Missing, last));
            let instead = push(Op::Constant(1.5_f64.to_bits()));
            last = push(Op::Where(missing, instead, last));
            known.push(last);
        }
        if self.clamped {
            let (low, high) = (
                push(Op::Constant((-1e3_f64).to_bits())),
                push(Op::Constant(1e3_f64.to_bits())),
            );
            last = push(Op::Binary(Binary::Minimum, last, high));
            known.push(push(Op::Binary(Binary::Maximum, last, low)));
        }
        let keep = self.guards.as_ref().map(|guards| {
            let (mut all, mut keep) = (known.clone(), known[0]);
            for (which, operands) in guards {
                keep = push(guard(*which, operands.map(|operand| *operand.get(&all))));
                // What was made of conditions is read as often as all else.
                let again = all.len() / guards.len();
                all.extend(std::iter::repeat_n(keep, again.max(1)));
            }
            keep
        });
        let tape = Arc::new(builder.finish(vec![]).unwrap());
        let space = Space::new(self.sizes.iter().map(|size| *size as u64).collect()).unwrap();
        let program = Program::new(tape, space, leaves, simd, Blocks::default()).unwrap();
        Drafted {
            program,
            known,
            keep,
        }
    }
}

impl Inner {
    /// Push a search; what it picks becomes known.
    fn push(&self, builder: &mut TapeBuilder, known: &mut Vec<Node>) {
        let axis = |values: &Vec<f64>| SearchAxis {
            name: String::new(),
            values: values.clone(),
        };
        let searched = self.axes.iter().map(axis).collect();
        let search = builder
            .search(Search {
                name: String::new(),
                axes: searched,
            })
            .unwrap();
        let mut inside = known.clone();
        for axis in 0..self.axes.len() as u32 {
            inside.push(builder.push(Op::SearchAxis { search, axis }).unwrap());
        }
        for (which, operands) in &self.ops {
            let op = op(*which, operands.map(|operand| *operand.get(&inside)));
            inside.push(builder.push(op).unwrap());
        }
        let always = builder.constant(1.0);
        let winner = Op::Winner {
            search,
            objective: inside[inside.len() - 1],
            among: self.among.map_or(always, |among| *among.get(&inside)),
        };
        let winner = builder.push(winner).unwrap();
        known.push(winner);
        for axis in 0..self.axes.len() as u32 {
            known.push(
                builder
                    .push(Op::Pick {
                        search,
                        axis,
                        winner,
                    })
                    .unwrap(),
            );
        }
    }
}
