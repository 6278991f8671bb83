//! Spaces too large to be walked through are searched, and a search can be stopped.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use gigacost_engine::query::{Pareto, Top, Winner};
use gigacost_engine::run::Control;
use gigacost_engine::tape::{Binary, Name, Node, Op};
use gigacost_engine::{Blocks, Error, Leaf, Program, Simd, Space, TapeBuilder};

/// A space of many rows whose least values are found soon, or (twisted) hardly at all.
fn large(sizes: &[u64], twisted: bool) -> (Program, Node) {
    let values = |group: usize| {
        let value = |digit: u64| (digit * 7919 % 1009 + group as u64) as f64;
        (0..sizes[group]).map(value).collect()
    };
    let mut builder = TapeBuilder::new();
    let (mut leaves, mut sum) = (vec![], builder.constant(0.0));
    for group in 0..sizes.len() {
        leaves.push(Leaf::new(vec![group], values(group)));
        let leaf = builder.leaf(Name {
            name: group.to_string(),
            unit: String::new(),
            doc: String::new(),
        });
        let op = if twisted {
            Binary::Subtract
        } else {
            Binary::Add
        };
        sum = builder.push(Op::Binary(op, sum, leaf)).unwrap();
        if twisted {
            // Of the power of what may be negative nothing is known.
            let two = builder.constant(2.0);
            sum = builder.push(Op::Binary(Binary::Power, sum, two)).unwrap();
        }
    }
    let tape = Arc::new(builder.finish(vec![]).unwrap());
    let space = Space::new(sizes.to_vec()).unwrap();
    (
        Program::new(tape, space, leaves, Simd::best(), Blocks::default()).unwrap(),
        sum,
    )
}

fn least(by: Node, k: usize) -> Top {
    Top {
        by,
        largest: false,
        keep: None,
        per: vec![],
        k,
        distinct: vec![],
        known: None,
    }
}

#[test]
fn most_rows_are_not_looked_at() {
    let (program, by) = large(&[1000; 5], false);
    let control = Control::default();
    let found = least(by, 10)
        .run(&program, &program.rows(), 2, &control)
        .unwrap();
    assert_eq!(found.len(), 10);
    assert!(control.evaluated() < 1 << 30);
    let ascending = |pair: &[Winner]| (pair[0].value, pair[0].row) < (pair[1].value, pair[1].row);
    assert!(found.windows(2).all(ascending));
}

#[test]
fn a_search_can_be_stopped() {
    let (program, by) = large(&[1000; 5], true);
    let pareto = Pareto {
        objectives: vec![(by, false), (by, true)],
        keep: None,
    };
    for threads in [1, 4] {
        for front in [false, true] {
            let control = Control::default();
            let found = std::thread::scope(|scope| {
                let run = || {
                    if front {
                        pareto
                            .run(&program, &program.rows(), threads, &control)
                            .map(drop)
                    } else {
                        least(by, 3)
                            .run(&program, &program.rows(), threads, &control)
                            .map(drop)
                    }
                };
                let running = scope.spawn(run);
                while control.boxes() == 0 && !running.is_finished() {
                    std::thread::yield_now();
                }
                control.stop();
                running.join().unwrap()
            });
            assert!(matches!(found, Err(Error::Interrupted)));
        }
    }
}
