//! Searches find what a plain loop over all candidates finds, however the space is cut up.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;
use std::time::Duration;

use gigacost_engine::numeric::scalar;
use gigacost_engine::query::{Measure, Summary, fill};
use gigacost_engine::run::Control;
use gigacost_engine::tape::{Binary, Name, Node, Op, Search, SearchAxis, Unary};
use gigacost_engine::{Blocks, Error, Leaf, Program, Simd, Space, Tape, TapeBuilder};
use proptest::prelude::*;
use proptest::sample::Index;

/// A random model: what its nodes are made of is drawn as numbers.
#[derive(Clone, Debug)]
struct Draft {
    /// The sizes of the groups of the space.
    space: Vec<u64>,
    /// The groups and the values of each leaf, these as multiples of a half.
    leaves: Vec<(Vec<bool>, Vec<i8>)>,
    searches: Vec<Inner>,
    /// The operations of the result.
    result: Vec<(Index, Index, Index)>,
}

/// A search and what it is about.
#[derive(Clone, Debug)]
struct Inner {
    axes: Vec<Vec<i8>>,
    /// Operations on what is known before and on the axes.
    ops: Vec<(Index, Index, Index)>,
    /// What is compared to say what is legal.
    guards: Vec<(Index, Index)>,
    objective: Index,
    /// What is added to the objective: of which kind, and made of what.
    terms: Vec<(u8, Index, Index)>,
}

fn ops(most: usize) -> impl Strategy<Value = Vec<(Index, Index, Index)>> {
    proptest::collection::vec(any::<(Index, Index, Index)>(), 1..most)
}

/// A search with at most so many axes.
fn inner(axes: usize) -> impl Strategy<Value = Inner> {
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

fn drafts() -> impl Strategy<Value = Draft> {
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
fn sums() -> impl Strategy<Value = Draft> {
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

fn name(name: &str) -> Name {
    Name {
        name: name.into(),
        unit: String::new(),
        doc: String::new(),
    }
}

const ARITHMETIC: [Binary; 8] = [
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
fn push_ops(builder: &mut TapeBuilder, known: &mut Vec<Node>, ops: &[(Index, Index, Index)]) {
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
fn push_term(builder: &mut TapeBuilder, kind: u8, a: Node, b: Node) -> Node {
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
fn program(draft: &Draft, simd: Simd, blocks: Blocks) -> (Program, Node) {
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
        leaves.push(Leaf {
            groups,
            values: values.collect(),
        });
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

/// The value of a node at some digits, by plain loops.
struct Plain<'a> {
    tape: &'a Tape,
    draft: &'a Draft,
    digits: Vec<u64>,
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

    fn values(&self, upto: Node, candidates: &[Vec<f64>]) -> Vec<f64> {
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

fn blocks() -> impl Strategy<Value = Blocks> {
    let cut = (
        proptest::sample::select(vec![0, 1, 5, 64]),
        prop_oneof![1_usize..100, 100_usize..9000],
        proptest::sample::select(vec![0, 7, 1 << 26]),
        1_u64..50,
    );
    let cut = cut.prop_map(|(table_values, region_rows, winners, chunk_rows)| Blocks {
        table_values,
        region_rows,
        winners,
        chunk_rows,
        prune_rows: 0,
    });
    prop_oneof![Just(Blocks::default()), cut]
}

fn levels() -> Vec<Simd> {
    Simd::all_available().collect()
}

/// Whether the engine finds in a draft what plain loops find.
fn check(draft: &Draft, blocks: Blocks, level: Index, threads: usize) -> Result<(), TestCaseError> {
    let (program, result) = program(draft, *level.get(&levels()), blocks);
    let rows = program.space().combinations();
    let expected: Vec<f64> = (0..rows)
        .map(|row| {
            let digits = (0..draft.space.len())
                .map(|group| program.space().digit(row, group))
                .collect();
            let plain = Plain {
                tape: program.tape(),
                draft,
                digits,
            };
            plain.values(result, &[])[result as usize] + 0.0
        })
        .collect();
    let control = Control::default();
    let column = Measure {
        value: result,
        null: None,
    };
    let mut found = vec![f64::NAN; rows as usize];
    fill(&program, &[column], vec![&mut found], threads, &control).unwrap();
    prop_assert_eq!(&found, &expected);
    // Over the groups it depends on it is the same.
    let groups = program.groups(result);
    let over = program.over(&groups).unwrap();
    let mut fewer = vec![f64::NAN; over.space().combinations() as usize];
    fill(&over, &[column], vec![&mut fewer], threads, &control).unwrap();
    for (row, expected) in expected.iter().enumerate() {
        let digit = |group: &usize| program.space().digit(row as u64, *group);
        let place = groups
            .iter()
            .fold(0, |place, group| place * draft.space[*group] + digit(group));
        prop_assert_eq!(fewer[place as usize], *expected);
    }
    let summary = Summary {
        measures: vec![column],
        keep: None,
        state: None,
        quantiles: vec![],
    };
    let summary = summary.run(&program, threads, &control).unwrap();
    prop_assert_eq!(
        summary.columns[0].min,
        expected.iter().copied().fold(f64::INFINITY, f64::min)
    );
    prop_assert_eq!(
        summary.columns[0].max,
        expected.iter().copied().fold(f64::NEG_INFINITY, f64::max)
    );
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 2000, ..ProptestConfig::with_cases(1000) })]

    #[test]
    fn searches_find_what_plain_loops_find(
        draft in drafts(), blocks in blocks(), level in any::<Index>(), threads in 1_usize..4,
    ) {
        check(&draft, blocks, level, threads)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 2000, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn searches_for_the_least_sum_find_what_plain_loops_find(
        draft in sums(), blocks in blocks(), level in any::<Index>(), threads in 1_usize..4,
    ) {
        check(&draft, blocks, level, threads)?;
    }
}

/// A tape that looks for the product of some axes that is closest to a leaf.
fn closest(axes: &[usize]) -> (Tape, Node) {
    let mut builder = TapeBuilder::new();
    let x = builder.leaf(name("x"));
    let named = axes.iter().enumerate().map(|(axis, size)| SearchAxis {
        name: axis.to_string(),
        values: (0..*size).map(|value| 1.0 + value as f64).collect(),
    });
    let search = builder
        .search(Search {
            name: "closest".into(),
            axes: named.collect(),
        })
        .unwrap();
    let mut product = builder.constant(1.0);
    for axis in 0..axes.len() as u32 {
        let factor = builder.push(Op::SearchAxis { search, axis }).unwrap();
        product = builder
            .push(Op::Binary(Binary::Multiply, product, factor))
            .unwrap();
    }
    let far = builder
        .push(Op::Binary(Binary::Subtract, product, x))
        .unwrap();
    let objective = builder
        .push(Op::Binary(Binary::Multiply, far, far))
        .unwrap();
    let among = builder.constant(1.0);
    let winner = builder
        .push(Op::Winner {
            search,
            objective,
            among,
        })
        .unwrap();
    let tape = builder.finish(vec![(name("winner"), winner)]).unwrap();
    (tape, winner)
}

fn over(tape: Tape, x: Vec<f64>) -> Program {
    let space = Space::new(vec![x.len() as u64]).unwrap();
    let leaf = Leaf {
        groups: vec![0],
        values: x.into(),
    };
    let (tape, simd) = (Arc::new(tape), Simd::best());
    Program::new(tape, space, vec![leaf], simd, Blocks::default()).unwrap()
}

fn filled(
    program: &Program,
    value: Node,
    threads: usize,
    control: &Control,
) -> Result<Vec<f64>, Error> {
    let mut found = vec![0.0; program.space().combinations() as usize];
    let column = Measure { value, null: None };
    fill(program, &[column], vec![&mut found], threads, control)?;
    Ok(found)
}

#[test]
fn a_search_has_room_for_many_candidates() {
    let (tape, winner) = closest(&[3000, 3000]);
    let program = over(tape, vec![2999.0 * 3000.0, 7.0]);
    let found = filled(&program, winner, 2, &Control::default()).unwrap();
    // 2999 · 3000 comes before 3000 · 2999, 1 · 7 before 7 · 1.
    assert_eq!(found, [2998.0 * 3000.0 + 2999.0, 6.0]);
}

#[test]
fn a_search_with_more_candidates_than_numbers_is_refused() {
    let (tape, _) = closest(&[3000, 3000, 3000]);
    let leaf = Leaf {
        groups: vec![],
        values: [0.0].into(),
    };
    let (space, simd) = (Space::new(vec![]).unwrap(), Simd::best());
    let program = Program::new(Arc::new(tape), space, vec![leaf], simd, Blocks::default());
    assert!(matches!(program, Err(Error::Invalid(text)) if text.contains("candidates")));
}

#[test]
fn a_long_search_can_be_stopped_and_begun_again() {
    let (tape, winner) = closest(&[1500, 1500, 1500]);
    let program = over(tape, vec![-1.0]);
    for threads in [1, 2] {
        let control = Control::default();
        let stopped = std::thread::scope(|scope| {
            let run = scope.spawn(|| filled(&program, winner, threads, &control));
            std::thread::sleep(Duration::from_millis(20));
            control.stop();
            run.join().unwrap()
        });
        assert!(matches!(stopped, Err(Error::Interrupted)), "{stopped:?}");
    }
    let (tape, winner) = closest(&[40, 40, 40]);
    let program = over(tape, (0..500).map(f64::from).collect());
    let expected = filled(&program, winner, 1, &Control::default()).unwrap();
    let (tape, winner) = closest(&[40, 40, 40]);
    let program = over(tape, (0..500).map(f64::from).collect());
    let control = Control::default();
    std::thread::scope(|scope| {
        let run = scope.spawn(|| filled(&program, winner, 3, &control));
        std::thread::sleep(Duration::from_millis(5));
        control.stop();
        let _ = run.join().unwrap();
    });
    // What was found stays, what was begun is found now.
    assert_eq!(
        filled(&program, winner, 3, &Control::default()).unwrap(),
        expected
    );
}

#[test]
fn several_runs_at_once_share_what_they_find() {
    let (tape, winner) = closest(&[20, 20, 20]);
    let x: Vec<f64> = (0..3000).map(f64::from).collect();
    let program = over(tape.clone(), x.clone());
    let expected = filled(&over(tape, x), winner, 1, &Control::default()).unwrap();
    std::thread::scope(|scope| {
        let runs = [1, 2, 3].map(|threads| {
            let program = &program;
            scope.spawn(move || filled(program, winner, threads, &Control::default()).unwrap())
        });
        for run in runs {
            assert_eq!(run.join().unwrap(), expected);
        }
    });
}
