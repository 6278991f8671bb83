//! Searches of many candidates.

use std::sync::Arc;
use std::time::Duration;

use gigacost_engine::query::{Measure, fill};
use gigacost_engine::run::Control;
use gigacost_engine::tape::{Binary, Node, Op, Search, SearchAxis};
use gigacost_engine::{Blocks, Error, Leaf, Program, Simd, Space, Tape, TapeBuilder};

use crate::models::name;

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
    let leaf = Leaf::new(vec![0], x.into());
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
    let leaf = Leaf::new(vec![], [0.0].into());
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
