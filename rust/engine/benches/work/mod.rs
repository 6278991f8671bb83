//! What is measured, by time (`speed.rs`) and by instructions (`instructions.rs`): kernels, evaluation with folds, and
//! writers, each at every level of SIMD that it has.

mod layout;

use std::hint::black_box;
use std::sync::Arc;

use gigacost_engine::numeric::kernels::{self, Lines, Operand};
use gigacost_engine::query::{Count, Measure, Pareto, Summary, Top};
use gigacost_engine::rows::{Column, Rows};
use gigacost_engine::run::Control;
use gigacost_engine::skyline::{Front, Points, Skyline};
use gigacost_engine::tape::{Binary, Name, Node, Op, Unary};
use gigacost_engine::write::{Format, Options, to_sink};
use gigacost_engine::{Blocks, Leaf, Program, Result, Simd, Space, TapeBuilder};

/// How many values a kernel works on at a time.
const STRIP: usize = 1024;
/// The sizes of the groups that folds and writers go over.
const SIZES: [u64; 4] = [4, 16, 32, 64];

/// One thing to measure.
pub(crate) struct Work {
    /// Its name: what, at which level.
    pub(crate) name: String,
    /// How many values, or rows, it goes over.
    pub(crate) values: u64,
    /// Do it once.
    pub(crate) run: Box<dyn FnMut()>,
}

/// Everything to measure on this CPU.
pub(crate) fn all() -> Result<Vec<Work>> {
    let mut works = vec![];
    for simd in Simd::all_available() {
        let level = simd.name();
        works.extend(kernels(simd, level));
        works.extend(folds(simd, level)?);
        works.extend(searches(simd, level)?);
    }
    works.extend(skylines());
    works.push(writing("parquet", Format::Parquet)?);
    works.push(writing("csv", Format::Csv)?);
    Ok(works)
}

/// Fills a strip.
type Fill = Box<dyn FnMut(&mut [f64])>;

fn kernels(simd: Simd, level: &str) -> Vec<Work> {
    const LINES: Lines = Lines {
        count: 1,
        run: STRIP,
    };
    let a: Vec<f64> = (1..=STRIP).map(|i| 1.0 + i as f64 / 7.0).collect();
    let b: Vec<f64> = (1..=STRIP).map(|i| 2.0 - i as f64 / 1300.0).collect();
    let truths: Vec<f64> = (0..STRIP)
        .map(|i| f64::from(u8::from(i % 3 == 0)))
        .collect();
    let mut works = vec![];
    let mut push = |name: &str, mut run: Fill| {
        let mut out = vec![0.0; STRIP];
        works.push(Work {
            name: format!("{name}/{level}"),
            values: STRIP as u64,
            run: Box::new(move || run(black_box(&mut out))),
        });
    };
    for (op, name) in Unary::ALL {
        let a = if op == Unary::Negate {
            truths.clone()
        } else {
            a.clone()
        };
        push(
            name,
            Box::new(move |out| kernels::unary(simd, op, LINES, out, each(&a))),
        );
    }
    for (op, name) in Binary::ALL {
        let (a, b) = if matches!(op, Binary::Both | Binary::Either) {
            (truths.clone(), truths.clone())
        } else {
            (a.clone(), b.clone())
        };
        push(
            name,
            Box::new(move |out| kernels::binary(simd, op, LINES, out, each(&a), each(&b))),
        );
    }
    let (x, y) = (a.clone(), b.clone());
    push(
        "scale and add",
        Box::new(move |out| {
            let ops = [Binary::Multiply, Binary::Add];
            kernels::chain(
                simd,
                &ops,
                LINES,
                out,
                each(&x),
                &[each(&y), Operand::All(&[3.0], 0)],
            );
        }),
    );
    let values = a.clone();
    push(
        "extremes",
        Box::new(move |_| {
            let (mut low, mut high, mut finite) = (f64::INFINITY, f64::NEG_INFINITY, true);
            kernels::extremes(simd, &values, &mut low, &mut high, &mut finite);
            black_box((low, high, finite));
        }),
    );
    push(
        "where",
        Box::new(move |out| kernels::select(simd, LINES, out, each(&truths), each(&a), each(&b))),
    );
    works
}

/// A value for each element of a strip.
fn each(values: &[f64]) -> Operand<'_> {
    Operand::Each(values, STRIP)
}

fn folds(simd: Simd, level: &str) -> Result<Vec<Work>> {
    let (program, nodes) = program(simd)?;
    let rows = program.space().combinations();
    let summary = Summary {
        measures: vec![Measure {
            value: nodes.cost,
            null: None,
        }],
        keep: None,
        state: None,
        squares: true,
        quantiles: vec![],
    };
    let top = Top {
        by: nodes.cost,
        largest: false,
        keep: Some(nodes.keep),
        per: vec![],
        k: 100,
        distinct: vec![],
        known: None,
    };
    let best = Top {
        per: vec![(2, (0..32).collect()), (3, (0..64).collect())],
        k: 1,
        ..top.clone()
    };
    let pareto = Pareto {
        objectives: vec![(nodes.cost, false), (nodes.days, false)],
        keep: Some(nodes.keep),
    };
    let count = Count {
        keep: Some(nodes.keep),
    };
    let mut works = vec![];
    let mut push = |name: &str, run: Box<dyn FnMut()>| {
        works.push(Work {
            name: format!("{name}/{level}"),
            values: rows,
            run,
        });
    };
    let of = Arc::clone(&program);
    push(
        "summary",
        Box::new(move || {
            let _ = black_box(summary.run(&of, &of.rows(), 1, &Control::default()));
        }),
    );
    for (name, question) in [("top", top), ("best of group", best)] {
        let of = Arc::clone(&program);
        push(
            name,
            Box::new(move || {
                let _ = black_box(question.run(&of, &of.rows(), 1, &Control::default()));
            }),
        );
    }
    let of = Arc::clone(&program);
    push(
        "pareto",
        Box::new(move || {
            let _ = black_box(pareto.run(&of, &of.rows(), 1, &Control::default()));
        }),
    );
    let of = Arc::clone(&program);
    push(
        "count",
        Box::new(move || {
            let _ = black_box(count.run(&of, &of.rows(), 1, &Control::default()));
        }),
    );
    Ok(works)
}

/// Points of some coordinates of which about a tenth is on the front: all at once, and bit by bit.
fn skylines() -> Vec<Work> {
    const COUNT: usize = 1 << 16;
    const BATCH: usize = 1 << 10;
    let mut works = vec![];
    for dims in [2, 3, 5] {
        let points = scattered(COUNT, dims);
        let mut skyline = Skyline::default();
        works.push(Work {
            name: format!("skyline/{dims}"),
            values: COUNT as u64,
            run: Box::new(move || {
                black_box(skyline.find(dims, points.values(), points.rows()));
            }),
        });
        let points = scattered(COUNT, dims);
        works.push(Work {
            name: format!("front/{dims}"),
            values: COUNT as u64,
            run: Box::new(move || {
                let mut front = Front::new(dims);
                let mut batch = Points::new(dims);
                for (point, row) in points.iter() {
                    if !front.is_dominated(point, row) {
                        batch.push(point, row);
                    }
                    if batch.len() == BATCH {
                        front.extend(&batch);
                        batch.clear();
                    }
                }
                front.extend(&batch);
                black_box(front.len());
            }),
        });
    }
    works
}

/// Points near a plane on which more of one coordinate is less of the others.
fn scattered(count: usize, dims: usize) -> Points {
    // A linear congruential generator: the same points each time.
    let mut state = 1_u64;
    let mut random = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        ((state >> 33) as f64 + 1.0) / 2.0_f64.powi(31)
    };
    let mut points = Points::new(dims);
    for row in 0..count {
        let mut point: Vec<f64> = (0..dims).map(|_| -random().ln()).collect();
        let far = (1.0 + random() / 10.0) / point.iter().sum::<f64>();
        for value in &mut point {
            *value *= far;
        }
        points.push(&point, row as u64);
    }
    points
}

/// Searches for a layout: at one point, everything included, and at many.
fn searches(simd: Simd, level: &str) -> Result<Vec<Work>> {
    let mut works = vec![];
    let one = Blocks {
        table_values: 1,
        ..Blocks::default()
    };
    let spaces = [
        ("layout", [1, 1, 1, 1], one),
        ("layouts", [4, 8, 16, 8], Blocks::default()),
    ];
    for (name, sizes, blocks) in spaces {
        let values = layout::layout(sizes, simd, blocks)?.candidates;
        works.push(Work {
            name: format!("{name}/{level}"),
            values,
            run: Box::new(move || {
                // A program keeps what it has found: each time it is another one.
                let Ok(layout) = layout::layout(sizes, simd, blocks) else {
                    return;
                };
                let summary = Summary {
                    measures: vec![Measure {
                        value: layout.microbatch,
                        null: None,
                    }],
                    keep: None,
                    state: None,
                    squares: true,
                    quantiles: vec![],
                };
                let _ = black_box(summary.run(
                    &layout.program,
                    &layout.program.rows(),
                    1,
                    &Control::default(),
                ));
            }),
        });
    }
    Ok(works)
}

fn writing(name: &str, format: Format) -> Result<Work> {
    let (program, nodes) = program(Simd::BASELINE)?;
    let count = program.space().combinations();
    let columns = [("cost", nodes.cost), ("days", nodes.days)].map(|(name, value)| Column::Value {
        name: name.to_owned(),
        value,
        null: None,
    });
    let rows = Rows::new(program, columns.to_vec(), None)?;
    let write = move || {
        let sink = Box::new(std::io::sink());
        let control = Control::default();
        to_sink(
            &rows,
            0..count,
            None,
            sink,
            format,
            &Options::default(),
            &control,
        )
    };
    Ok(Work {
        name: name.to_owned(),
        values: count,
        run: Box::new(move || {
            let _ = black_box(write());
        }),
    })
}

/// What a small model computes.
struct Nodes {
    days: Node,
    cost: Node,
    keep: Node,
}

/// Work over a rate, a price, a sum and a limit: the shape of a cost model, over four groups.
fn program(simd: Simd) -> Result<(Arc<Program>, Nodes)> {
    let mut tape = TapeBuilder::new();
    let mut leaf = |name: &str| {
        tape.leaf(Name {
            name: name.to_owned(),
            unit: String::new(),
            doc: String::new(),
        })
    };
    let [chip, chips, params, tokens] = ["chip", "chips", "params", "tokens"].map(&mut leaf);
    let flop = tape.push(Op::Binary(Binary::Multiply, params, tokens))?;
    let rate = tape.push(Op::Binary(Binary::Multiply, chip, chips))?;
    let days = tape.push(Op::Binary(Binary::Divide, flop, rate))?;
    let hours = tape.push(Op::Binary(Binary::Multiply, days, chips))?;
    let rent = tape.push(Op::Binary(Binary::Multiply, hours, chip))?;
    let cost = tape.push(Op::Binary(Binary::Add, rent, chips))?;
    let limit = tape.constant(40.0);
    let keep = tape.push(Op::Binary(Binary::LessEqual, days, limit))?;
    let leaves = (0..SIZES.len()).map(|group| {
        Leaf::new(
            vec![group],
            (0..SIZES[group]).map(|i| 1.0 + i as f64 * 1.37).collect(),
        )
    });
    let tape = Arc::new(tape.finish(vec![])?);
    let space = Space::new(SIZES.to_vec())?;
    let program = Program::new(tape, space, leaves.collect(), simd, Blocks::default())?;
    Ok((Arc::new(program), Nodes { days, cost, keep }))
}
