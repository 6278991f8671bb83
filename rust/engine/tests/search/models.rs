//! Random models with searches in them.

use std::sync::Arc;

use gigacost_engine::tape::{Binary, Name, Node, Op, Search, SearchAxis, Unary};
use gigacost_engine::{Blocks, Leaf, Program, Simd, Space, TapeBuilder};
use proptest::prelude::*;
use proptest::sample::Index;

/// A random model: what its nodes are made of is drawn as numbers.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    /// The sizes of the groups of the space.
    pub(crate) space: Vec<u64>,
    /// The groups and the values of each leaf, these as multiples of a half.
    pub(crate) leaves: Vec<(Vec<bool>, Vec<i8>)>,
    pub(crate) searches: Vec<Inner>,
    /// The operations of the result.
    pub(crate) result: Vec<(Index, Index, Index)>,
}

/// A search and what it is about.
#[derive(Clone, Debug)]
pub(crate) struct Inner {
    pub(crate) axes: Vec<Vec<i8>>,
    /// Operations on what is known before and on the axes.
    pub(crate) ops: Vec<(Index, Index, Index)>,
    /// What is compared to say what is legal.
    pub(crate) guards: Vec<(Index, Index)>,
    pub(crate) objective: Index,
    /// What is added to the objective: of which kind, and made of what.
    pub(crate) terms: Vec<(u8, Index, Index)>,
}

pub(crate) fn ops(most: usize) -> impl Strategy<Value = Vec<(Index, Index, Index)>> {
    proptest::collection::vec(any::<(Index, Index, Index)>(), 1..most)
}

/// A search with at most so many axes.
pub(crate) fn inner(axes: usize) -> impl Strategy<Value = Inner> {
    let values = proptest::collection::vec(-3_i8..6, 1..5);
    (
        proptest::collection::vec(values, 1..=axes),
        ops(12),
        proptest::collection::vec(any::<(Index, Index)>(), 0..5),
        any::<Index>(),
        proptest::collection::vec((0_u8..6, any::<Index>(), any::<Index>()), 0..5),
    )
        .prop_map(|(axes, ops, guards, objective, terms)| Inner {
            axes,
            ops,
            guards,
            objective,
            terms,
        })
}

pub(crate) fn drafts() -> impl Strategy<Value = Draft> {
    let leaf = (
        proptest::collection::vec(any::<bool>(), 3),
        proptest::collection::vec(-4_i8..9, 1..8),
    );
    let searches = prop_oneof![
        proptest::collection::vec(inner(5), 1),
        proptest::collection::vec(inner(2), 2),
    ];
    (
        proptest::collection::vec(1_u64..6, 0..4),
        proptest::collection::vec(leaf, 1..5),
        searches,
        ops(6),
    )
        .prop_map(|(space, leaves, searches, result)| Draft {
            space,
            leaves,
            searches,
            result,
        })
}

/// Searches for the least of sums of many terms, among so many candidates that most need not be evaluated in full.
pub(crate) fn sums() -> impl Strategy<Value = Draft> {
    let values = proptest::collection::vec(-3_i8..6, 4..8);
    let term = (0_u8..6, any::<Index>(), any::<Index>());
    let search = (
        proptest::collection::vec(values, 2..=3),
        ops(6),
        proptest::collection::vec(any::<(Index, Index)>(), 0..2),
        any::<Index>(),
        proptest::collection::vec(term, 2..7),
    );
    let leaves = proptest::collection::vec(-4_i8..9, 4..8).prop_map(|values| (vec![true], values));
    (
        1_u64..5,
        proptest::collection::vec(leaves, 2..5),
        search.prop_map(|(axes, ops, guards, objective, terms)| Inner {
            axes,
            ops,
            guards,
            objective,
            terms,
        }),
        ops(2),
    )
        .prop_map(|(size, leaves, search, result)| Draft {
            space: vec![size],
            leaves,
            searches: vec![search],
            result,
        })
}

pub(crate) fn name(name: &str) -> Name {
    Name {
        name: name.into(),
        unit: String::new(),
        doc: String::new(),
    }
}

pub(crate) const ARITHMETIC: [Binary; 8] = [
    Binary::Add,
    Binary::Subtract,
    Binary::Multiply,
    Binary::Divide,
    Binary::Minimum,
    Binary::Maximum,
    Binary::Less,
    Binary::Equal,
];

/// Push operations on nodes that are known; they become known.
pub(crate) fn push_ops(
    builder: &mut TapeBuilder,
    known: &mut Vec<Node>,
    ops: &[(Index, Index, Index)],
) {
    for (op, a, b) in ops {
        let (a, b) = (*a.get(known), *b.get(known));
        let op = match op.index(ARITHMETIC.len() + 2) {
            0 => Op::Unary(Unary::Floor, a),
            1 => Op::Where(a, b, known[0]),
            op => Op::Binary(ARITHMETIC[op - 2], a, b),
        };
        known.push(builder.push(op).unwrap());
    }
}

/// A term of a sum: of any sign, or of none that is negative where it is a number.
pub(crate) fn push_term(builder: &mut TapeBuilder, kind: u8, a: Node, b: Node) -> Node {
    let mut push = |op| builder.push(op).unwrap();
    let zero = push(Op::Constant(0.0_f64.to_bits()));
    let mut term = push(Op::Binary(Binary::Maximum, a, zero));
    match kind {
        0 => b,
        1 => push(Op::Unary(Unary::Sqrt, a)),
        2 => {
            let fits = push(Op::Binary(Binary::LessEqual, a, b));
            let never = push(Op::Constant(1e30_f64.to_bits()));
            let lacks = push(Op::Binary(Binary::Multiply, never, term));
            push(Op::Where(fits, zero, lacks))
        }
        3 => term,
        // A long one, so that it is worth knowing the others first.
        _ => {
            for _ in 0..12 {
                let sum = push(Op::Binary(Binary::Add, term, b));
                let halved = push(Op::Binary(Binary::Divide, sum, a));
                let least = push(Op::Binary(Binary::Minimum, halved, sum));
                term = push(Op::Binary(Binary::Maximum, term, least));
            }
            term
        }
    }
}

/// The program of a draft. Some searches are inside the next one, others before it.
pub(crate) fn program(draft: &Draft, simd: Simd, blocks: Blocks) -> (Program, Node) {
    let mut builder = TapeBuilder::new();
    let mut leaves = vec![];
    let mut known = vec![];
    for (i, (groups, values)) in draft.leaves.iter().enumerate() {
        let groups: Vec<usize> = (0..draft.space.len())
            .filter(|group| groups[*group])
            .collect();
        let size: u64 = groups.iter().map(|group| draft.space[*group]).product();
        let values = values.iter().cycle().take(size as usize);
        let values = values.map(|value| {
            if *value == 8 {
                f64::NAN
            } else {
                f64::from(*value) / 2.0
            }
        });
        leaves.push(Leaf::new(groups, values.collect()));
        known.push(builder.leaf(name(&i.to_string())));
    }
    let mut outside = known.clone();
    let mut pending: Vec<Node> = vec![];
    for (i, search) in draft.searches.iter().enumerate() {
        let axes = search
            .axes
            .iter()
            .enumerate()
            .map(|(axis, values)| SearchAxis {
                name: format!("{i}.{axis}"),
                values: values.iter().map(|value| f64::from(*value)).collect(),
            });
        let axes: Vec<SearchAxis> = axes.collect();
        let count = axes.len() as u32;
        let number = builder
            .search(Search {
                name: i.to_string(),
                axes,
            })
            .unwrap();
        let mut inside = outside.clone();
        for axis in 0..count {
            let op = Op::SearchAxis {
                search: number,
                axis,
            };
            inside.push(builder.push(op).unwrap());
        }
        // What the search before has found is used inside of this one only, or here too.
        inside.append(&mut pending);
        let first = inside.len();
        push_ops(&mut builder, &mut inside, &search.ops);
        let mut among = builder.constant(1.0);
        for (a, b) in &search.guards {
            let op = Op::Binary(Binary::LessEqual, *a.get(&inside), *b.get(&inside));
            let guard = builder.push(op).unwrap();
            among = builder
                .push(Op::Binary(Binary::Both, among, guard))
                .unwrap();
        }
        let mut objective = inside[first + search.objective.index(inside.len() - first)];
        for (kind, a, b) in &search.terms {
            let term = push_term(&mut builder, *kind, *a.get(&inside), *b.get(&inside));
            let sum = Op::Binary(Binary::Add, objective, term);
            objective = builder.push(sum).unwrap();
        }
        let winner = builder
            .push(Op::Winner {
                search: number,
                objective,
                among,
            })
            .unwrap();
        for axis in 0..count {
            let pick = Op::Pick {
                search: number,
                axis,
                winner,
            };
            pending.push(builder.push(pick).unwrap());
        }
        if i % 2 == 0 {
            outside.append(&mut pending);
        }
    }
    outside.append(&mut pending);
    push_ops(&mut builder, &mut outside, &draft.result);
    // What is not finite becomes zero: it could not be a column.
    let result = *outside.last().unwrap();
    let (zero, most) = (builder.constant(0.0), builder.constant(1e300));
    let size = builder
        .push(Op::Binary(Binary::Multiply, result, result))
        .unwrap();
    let fits = builder.push(Op::Binary(Binary::Less, size, most)).unwrap();
    let result = builder.push(Op::Where(fits, result, zero)).unwrap();
    let tape = builder.finish(vec![(name("result"), result)]).unwrap();
    let space = Space::new(draft.space.clone()).unwrap();
    (
        Program::new(Arc::new(tape), space, leaves, simd, blocks).unwrap(),
        result,
    )
}
