//! Laws of the engine that need no model: kernels equal their scalar twins, regions tile the space, sums are exact,
//! tapes survive their bytes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use gigacost_engine::numeric::exact_sum::{ExactSquares, ExactSum};
use gigacost_engine::query::Top;
use gigacost_engine::run::{Control, gather, ordered};
use gigacost_engine::tape::{Binary, Name, Op, Search, SearchAxis, Unary};
use gigacost_engine::{Blocks, Error, Leaf, Program, Simd, Space, Tape, TapeBuilder};
use numbers::doubles;
use proptest::prelude::*;

mod numbers;

proptest! {
    #[test]
    fn regions_tile_any_range(
        sizes in proptest::collection::vec(1_u64..7, 0..5),
        budget in 1_u64..60,
        cut in (0.0..1.0_f64, 0.0..1.0_f64),
    ) {
        let space = Space::new(sizes).unwrap();
        let at = |share: f64| (share * space.combinations() as f64) as u64;
        let (start, stop) = (at(cut.0.min(cut.1)), at(cut.0.max(cut.1)));
        let mut row = start;
        while row < stop {
            let region = space.region(row, stop, budget);
            prop_assert_eq!(region.first, row);
            prop_assert!(region.rows() >= 1 && row + region.rows() <= stop);
            // Row by row, the digits are those of the box.
            for (i, expected) in (row..row + region.rows()).enumerate() {
                let mut rest = i as u64;
                for group in (0..region.lens.len()).rev() {
                    let digit = region.starts[group] + rest % region.lens[group];
                    rest /= region.lens[group];
                    prop_assert_eq!(digit, space.digit(expected, group));
                }
            }
            row += region.rows();
        }
        prop_assert_eq!(row, stop);
    }

    #[test]
    fn sums_do_not_depend_on_order_or_grouping(
        values in proptest::collection::vec(doubles().prop_filter("finite", |x| x.is_finite()), 0..60),
        cut in 0.0..1.0_f64,
    ) {
        let mut forward = (ExactSum::default(), ExactSquares::default());
        let mut halves = (ExactSum::default(), ExactSquares::default());
        let mut second = (ExactSum::default(), ExactSquares::default());
        for value in &values {
            forward.0.add(*value, 1);
            forward.1.add(*value, 1);
        }
        let at = (cut * values.len() as f64) as usize;
        for value in values[..at].iter().rev() {
            halves.0.add(*value, 1);
            halves.1.add(*value, 1);
        }
        for value in values[at..].iter().rev() {
            second.0.add(*value, 1);
            second.1.add(*value, 1);
        }
        halves.0.merge(second.0);
        halves.1.merge(second.1);
        prop_assert_eq!(forward.0.to_le_bytes(), halves.0.to_le_bytes());
        prop_assert_eq!(forward.1.to_le_bytes(), halves.1.to_le_bytes());
        // Adding all of them with the other sign leaves nothing.
        for value in &values {
            forward.0.add(-value, 1);
        }
        prop_assert!(forward.0.to_le_bytes().iter().all(|byte| *byte == 0));
    }

    #[test]
    fn bytes_that_are_no_tape_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200), keep in 0_usize..200) {
        let mut changed = example().to_bytes();
        changed.truncate(keep);
        changed.extend(bytes);
        // Refused or understood, never a panic; what is understood can be written again.
        if let Ok(tape) = Tape::from_bytes(&changed) {
            prop_assert_eq!(tape.to_bytes(), changed);
        }
    }
}

fn name(name: &str) -> Name {
    Name {
        name: name.into(),
        unit: "1".into(),
        doc: String::new(),
    }
}

/// A tape with every kind of operation.
fn example() -> Tape {
    let mut builder = TapeBuilder::new();
    let x = builder.leaf(name("x"));
    let axes = vec![
        SearchAxis {
            name: "a".into(),
            values: vec![3.0, 1.0, 2.0],
        },
        SearchAxis {
            name: "b".into(),
            values: vec![0.5, 1.0],
        },
    ];
    let search = builder
        .search(Search {
            name: "best".into(),
            axes,
        })
        .unwrap();
    let a = builder.push(Op::SearchAxis { search, axis: 0 }).unwrap();
    let b = builder.push(Op::SearchAxis { search, axis: 1 }).unwrap();
    let product = builder.push(Op::Binary(Binary::Multiply, a, b)).unwrap();
    let far = builder
        .push(Op::Binary(Binary::Subtract, product, x))
        .unwrap();
    let objective = builder
        .push(Op::Binary(Binary::Multiply, far, far))
        .unwrap();
    let legal = builder
        .push(Op::Binary(Binary::LessEqual, product, x))
        .unwrap();
    let winner = builder
        .push(Op::Winner {
            search,
            objective,
            among: legal,
        })
        .unwrap();
    let best = builder
        .push(Op::Pick {
            search,
            axis: 0,
            winner,
        })
        .unwrap();
    let half = builder.constant(0.5);
    let missing = builder.push(Op::Unary(Unary::Missing, best)).unwrap();
    let value = builder.push(Op::Where(missing, half, best)).unwrap();
    builder.finish(vec![(name("value"), value)]).unwrap()
}

fn program(tape: Tape, values: Vec<f64>, blocks: Blocks) -> Arc<Program> {
    let space = Space::new(vec![values.len() as u64]).unwrap();
    let leaf = Leaf::new(vec![0], values.into());
    Arc::new(Program::new(Arc::new(tape), space, vec![leaf], Simd::best(), blocks).unwrap())
}

#[test]
fn a_tape_survives_its_bytes() {
    let tape = example();
    let back = Tape::from_bytes(&tape.to_bytes()).unwrap();
    assert_eq!(back, tape);
    assert_eq!(back.sha256(), tape.sha256());
    assert_eq!(tape.sha256().len(), 64);
}

#[test]
fn equal_operations_are_one_node_and_constants_are_folded() {
    let mut builder = TapeBuilder::new();
    let x = builder.leaf(name("x"));
    let two = builder.constant(2.0);
    let sum = builder.push(Op::Binary(Binary::Add, x, two)).unwrap();
    assert_eq!(builder.push(Op::Binary(Binary::Add, x, two)).unwrap(), sum);
    let four = builder.push(Op::Binary(Binary::Add, two, two)).unwrap();
    assert_eq!(builder.constant(4.0), four);
    // No algebra: x + 2 and 2 + x are two nodes.
    assert_ne!(builder.push(Op::Binary(Binary::Add, two, x)).unwrap(), sum);
}

#[test]
fn a_search_gives_the_axis_values_at_its_winner() {
    // For x = 2: candidates 1.5 3 .5 1 1 2; the closest not above 2 is 2 = 2·1, so a is 2. For x = 0.1 none is legal.
    let program = program(example(), vec![2.0, 0.1, 0.6], Blocks::default());
    let (_, node) = &program.tape().outputs()[0];
    let schedule = program.schedule(&[*node]).unwrap();
    let mut reader = schedule.reader();
    let region = program.space().region(0, 3, 100);
    reader.enter(&region, &Control::default()).unwrap();
    let mut out = [0.0; 3];
    reader.read(0, &mut out);
    assert_eq!(out, [2.0, 0.5, 1.0]);
}

#[test]
fn a_space_that_is_too_large_is_refused() {
    assert!(matches!(
        Space::new(vec![1 << 40, 1 << 40]),
        Err(Error::TooLarge)
    ));
    assert!(matches!(
        Space::new(vec![1 << 32, 1 << 31]),
        Err(Error::TooLarge)
    ));
    assert_eq!(
        Space::new(vec![1 << 31, 1 << 31]).unwrap().combinations(),
        1 << 62
    );
    assert!(Space::new(vec![3, 0]).is_err());
    assert!(Space::new(vec![2; 65]).is_err());
}

#[test]
fn results_come_in_order_and_the_first_error_wins() {
    for threads in [1, 2, 5] {
        let mut taken = vec![];
        ordered(
            100,
            threads,
            || (),
            |(), chunk| Ok(chunk),
            |chunk| {
                taken.push(chunk);
                Ok(ControlFlow::Continue(()))
            },
        )
        .unwrap();
        assert_eq!(taken, (0..100).collect::<Vec<_>>());
        let failed = ordered(
            100,
            threads,
            || (),
            |(), chunk| {
                if chunk % 30 == 17 {
                    Err(Error::Invalid(chunk.to_string()))
                } else {
                    Ok(chunk)
                }
            },
            |_| Ok(ControlFlow::Continue(())),
        );
        assert_eq!(failed.unwrap_err().to_string(), "17");
        let refused = ordered(
            100,
            threads,
            || (),
            |(), chunk| Ok(chunk),
            |chunk| {
                if chunk == 3 {
                    Err(Error::Invalid("full".into()))
                } else {
                    Ok(ControlFlow::Continue(()))
                }
            },
        );
        assert_eq!(refused.unwrap_err().to_string(), "full");
        let mut few = vec![];
        let taken = |chunk| {
            few.push(chunk);
            Ok(if chunk == 4 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            })
        };
        // What lies behind the end does not matter, were it an error.
        let work = |(): &mut (), chunk| {
            if chunk == 5 {
                Err(Error::Invalid("behind".into()))
            } else {
                Ok(chunk)
            }
        };
        ordered(100, threads, || (), work, taken).unwrap();
        assert_eq!(few, [0, 1, 2, 3, 4]);
    }
}

#[test]
fn every_chunk_is_worked_on_once() {
    for threads in [1, 3] {
        let sum = AtomicU64::new(0);
        let states = gather(
            50,
            threads,
            || 0_u64,
            |state, chunk| {
                *state += 1;
                sum.fetch_add(chunk, Ordering::Relaxed);
                Ok(())
            },
        );
        assert_eq!(states.unwrap().iter().sum::<u64>(), 50);
        assert_eq!(sum.into_inner(), 49 * 50 / 2);
    }
}

#[test]
fn a_stopped_run_is_interrupted() {
    let program = program(
        example(),
        (0..100_000).map(f64::from).collect(),
        Blocks::default(),
    );
    let (_, node) = program.tape().outputs()[0].clone();
    let control = Control::default();
    control.stop();
    let top = Top {
        by: node,
        largest: false,
        keep: None,
        per: vec![],
        k: 1,
        distinct: vec![],
        known: None,
    };
    assert!(matches!(
        top.run(&program, &program.rows(), 2, &control),
        Err(Error::Interrupted)
    ));
}

#[test]
fn a_value_that_is_not_finite_is_reported_with_its_lowest_row() {
    let mut builder = TapeBuilder::new();
    let x = builder.leaf(name("x"));
    let root = builder.push(Op::Unary(Unary::Sqrt, x)).unwrap();
    let tape = builder.finish(vec![(name("root"), root)]).unwrap();
    let values: Vec<f64> = (0..1000)
        .map(|i| if i % 300 == 299 { -1.0 } else { f64::from(i) })
        .collect();
    let blocks = Blocks {
        table_values: 0,
        region_rows: 7,
        winners: 100,
        chunk_rows: 50,
        prune_rows: 0,
    };
    let program = program(tape, values, blocks);
    for threads in [1, 4] {
        let top = Top {
            by: root,
            largest: false,
            keep: None,
            per: vec![],
            k: 2,
            distinct: vec![],
            known: None,
        };
        match top.run(&program, &program.rows(), threads, &Control::default()) {
            Err(Error::NotFinite {
                row: 299,
                column,
                value,
            }) => {
                assert_eq!(column, "root");
                assert!(value.is_nan());
            }
            other => panic!("{other:?}"),
        }
    }
}
