//! Every kernel equals its scalar twin, at every SIMD level, whatever the shape of its operands.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use gigacost_engine::Simd;
use gigacost_engine::numeric::exact_sum::{ExactSquares, ExactSum};
use gigacost_engine::numeric::kernels::{self, Lines, Operand, Parts};
use gigacost_engine::numeric::scalar;
use gigacost_engine::tape::{Binary, Unary};
use numbers::doubles;
use proptest::prelude::*;
use proptest::sample::select;

mod numbers;

fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}

/// Lines of which every one has the same number of elements, and operands over them: a value for each element, for
/// each line, or one for all, with gaps between the lines.
#[derive(Clone, Debug)]
struct Strip {
    lines: Lines,
    operands: Vec<(Vec<f64>, bool, usize)>,
}

impl Strip {
    fn operand(&self, which: usize) -> Operand<'_> {
        let (values, each, step) = &self.operands[which];
        if *each {
            Operand::Each(values, *step)
        } else {
            Operand::All(values, *step)
        }
    }

    fn at(&self, which: usize, i: usize) -> f64 {
        let (values, each, step) = &self.operands[which];
        values[i / self.lines.run * step + if *each { i % self.lines.run } else { 0 }]
    }

    fn out(&self) -> Vec<f64> {
        vec![-7.0; self.lines.count * self.lines.run]
    }
}

fn strips(operands: usize) -> impl Strategy<Value = Strip> {
    (1_usize..4, 1_usize..70).prop_flat_map(move |(count, run)| {
        let operand = (any::<bool>(), 0_usize..3).prop_flat_map(move |(each, gap)| {
            let step = match (each, gap) {
                (true, gap) => run * gap.min(1) + gap / 2,
                (false, gap) => gap,
            };
            let values = proptest::collection::vec(doubles(), count * step + run);
            values.prop_map(move |values| (values, each, step))
        });
        proptest::collection::vec(operand, operands).prop_map(move |operands| Strip {
            lines: Lines { count, run },
            operands,
        })
    })
}

proptest! {
    #[test]
    fn elementwise_kernels(strip in strips(3)) {
        let mut out = strip.out();
        for level in Simd::all_available() {
            for (op, name) in Unary::ALL {
                kernels::unary(level, op, strip.lines, &mut out, strip.operand(0));
                for (i, out) in out.iter().enumerate() {
                    prop_assert!(same(*out, scalar::unary(op, strip.at(0, i))), "{level:?} {name}");
                }
            }
            for (op, name) in Binary::ALL {
                kernels::binary(level, op, strip.lines, &mut out, strip.operand(0), strip.operand(1));
                for (i, out) in out.iter().enumerate() {
                    let expected = scalar::binary(op, strip.at(0, i), strip.at(1, i));
                    prop_assert!(same(*out, expected), "{level:?} {name}");
                }
            }
            kernels::select(level, strip.lines, &mut out, strip.operand(2), strip.operand(0), strip.operand(1));
            for (i, out) in out.iter().enumerate() {
                let expected = scalar::select(strip.at(2, i), strip.at(0, i), strip.at(1, i));
                prop_assert!(same(*out, expected), "{level:?} where");
            }
        }
    }

    #[test]
    fn a_chain_is_its_operations_one_after_the_other(
        strip in strips(8),
        ops in proptest::collection::vec(
            select(Binary::ALL.map(|(op, _)| op).into_iter().filter(|op| kernels::links(*op)).collect::<Vec<_>>()), 1..8),
    ) {
        let rest: Vec<Operand<'_>> = (1..=ops.len()).map(|which| strip.operand(which)).collect();
        let mut out = strip.out();
        for level in Simd::all_available() {
            kernels::chain(level, &ops, strip.lines, &mut out, strip.operand(0), &rest);
            for (i, out) in out.iter().enumerate() {
                let links = ops.iter().enumerate();
                let expected = links.fold(strip.at(0, i), |acc, (which, op)| scalar::binary(*op, acc, strip.at(which + 1, i)));
                prop_assert!(same(*out, expected), "{level:?} {ops:?}");
            }
        }
    }

    #[test]
    fn a_pick_reads_the_axis_at_the_winner(winners in proptest::collection::vec(0_u32..24, 1..70), stride in 1_usize..4) {
        let values = [3.0, 1.0, 2.0, 5.0];
        let winners: Vec<f64> = winners.iter().map(|w| if *w == 23 { f64::NAN } else { f64::from(*w) }).collect();
        let lines = Lines { count: 1, run: winners.len() };
        let mut out = vec![0.0; winners.len()];
        for level in Simd::all_available() {
            kernels::pick(level, lines, &mut out, Operand::Each(&winners, 0), &values, stride);
            for (out, winner) in out.iter().zip(&winners) {
                let expected = if winner.is_nan() { f64::NAN } else { values[*winner as usize / stride % 4] };
                prop_assert!(same(*out, expected));
            }
        }
    }

    #[test]
    fn the_first_smallest_legal_candidate_wins_in_any_order(
        candidates in proptest::collection::vec((doubles(), any::<bool>()), 1..30), backwards: bool, lanes in 1_usize..20,
    ) {
        let legal = candidates.iter().enumerate().filter(|(_, (objective, legal))| *legal && !objective.is_nan());
        let mut expected = None::<(usize, f64)>;
        for (i, (objective, _)) in legal {
            if expected.is_none_or(|(_, smallest)| *objective < smallest) {
                expected = Some((i, *objective));
            }
        }
        for level in Simd::all_available() {
            let (mut best, mut winner) = (vec![f64::INFINITY; lanes], vec![f64::INFINITY; lanes]);
            for step in 0..candidates.len() {
                let i = if backwards { candidates.len() - 1 - step } else { step };
                let (objective, legal) = candidates[i];
                let (objectives, among) = (vec![objective; lanes], vec![scalar::truth(legal); lanes]);
                let among = Some(&among[..]).filter(|_| !legal || i % 2 == 0);
                kernels::take_minimum(level, &mut best, &mut winner, &objectives, among, i as f64);
            }
            for winner in winner {
                prop_assert_eq!(expected.map(|(i, _)| i as f64), Some(winner).filter(|winner| winner.is_finite()));
            }
        }
    }

    #[test]
    fn what_is_gathered_lies_at_its_places(places in proptest::collection::vec(0_u32..50, 0..70)) {
        let values: Vec<f64> = (0..50).map(f64::from).collect();
        for level in Simd::all_available() {
            let mut out = vec![0.0; places.len()];
            kernels::gather(level, &mut out, &values, &places);
            prop_assert!(out.iter().zip(&places).all(|(out, place)| *out == f64::from(*place)));
        }
    }

    #[test]
    fn restricted_holds_where_both_hold(truths in proptest::collection::vec(any::<(bool, bool)>(), 0..70)) {
        for level in Simd::all_available() {
            let (mut all, other): (Vec<f64>, Vec<f64>) =
                truths.iter().map(|(a, b)| (scalar::truth(*a), scalar::truth(*b))).unzip();
            kernels::restrict(level, &mut all, &other);
            prop_assert!(all.iter().zip(&truths).all(|(all, (a, b))| *all == scalar::truth(*a && *b)));
        }
    }

    #[test]
    fn the_first_smallest_kept_value_leads(strip in strips(1), keeps in proptest::collection::vec(any::<bool>(), 1..9), largest: bool) {
        let size = strip.lines.count * strip.lines.run;
        let values: Vec<f64> = (0..size).map(|i| strip.at(0, i)).collect();
        let keep: Vec<f64> = (0..size).map(|i| scalar::truth(keeps[i % keeps.len()])).collect();
        let sign = if largest { -1.0 } else { 1.0 };
        for (level, keep) in Simd::all_available().flat_map(|level| [(level, None), (level, Some(&keep[..]))]) {
            // What another tile has left there.
            let mut ranks = vec![-9.0; strip.lines.run];
            let (mut which, mut finite) = (vec![9.0; strip.lines.run], true);
            kernels::lead(level, strip.lines, &values, keep, sign, &mut ranks, &mut which, &mut finite);
            let kept = |i: usize| keep.is_none_or(|keep| scalar::holds(keep[i]));
            prop_assert_eq!(finite, (0..size).all(|i| !kept(i) || values[i].is_finite()));
            for i in (0..strip.lines.run).filter(|_| finite) {
                let mut expected = (f64::INFINITY, 0.0);
                for line in 0..strip.lines.count {
                    let at = line * strip.lines.run + i;
                    if kept(at) && values[at] * sign < expected.0 {
                        expected = (values[at] * sign, line as f64);
                    }
                }
                prop_assert_eq!((ranks[i], which[i]), expected);
            }
            let bar = 0.5;
            let mut reached = false;
            kernels::reaches(level, &values, keep, sign, bar, &mut reached);
            let expected = (0..size).any(|i| kept(i) && (!values[i].is_finite() || values[i] * sign <= bar));
            prop_assert_eq!(reached, expected);
        }
    }

    #[test]
    fn extremes_and_counts(values in proptest::collection::vec(doubles(), 0..70)) {
        for level in Simd::all_available() {
            let (mut low, mut high, mut finite, mut held) = (f64::INFINITY, f64::NEG_INFINITY, true, 0);
            kernels::extremes(level, &values, &mut low, &mut high, &mut finite);
            kernels::count(level, &values, &mut held);
            for (bound, other) in values.iter().zip(values.iter().rev()) {
                let mut found = false;
                kernels::between(level, &values, *bound, *other, &mut found);
                prop_assert_eq!(found, values.iter().any(|value| !(value < bound || value > other)));
            }
            let (mut settled, mut all_finite) = (values.clone(), true);
            kernels::settle(level, &mut settled, &mut all_finite);
            prop_assert_eq!(all_finite, values.iter().all(|value| value.is_finite()));
            for (settled, value) in settled.iter().zip(&values) {
                prop_assert!(same(*settled, value + 0.0));
            }
            prop_assert_eq!(held, values.iter().filter(|value| scalar::holds(**value)).count());
            prop_assert_eq!(finite, values.iter().all(|value| value.is_finite()));
            if finite {
                let by = |pick: fn(f64, f64) -> f64, start| values.iter().map(|value| value + 0.0).fold(start, pick);
                prop_assert_eq!(low.to_bits(), by(f64::min, f64::INFINITY).to_bits());
                prop_assert_eq!(high.to_bits(), by(f64::max, f64::NEG_INFINITY).to_bits());
            }
        }
    }

    #[test]
    fn parts_lose_nothing_unless_they_say_so(
        mantissas in proptest::collection::vec(prop_oneof![0.5..1.0_f64, -1.0..-0.5, -1.0..1.0], 1..300),
        spread in 1_u32..60,
        scale in -80_i32..80,
    ) {
        let values: Vec<f64> = mantissas
            .iter()
            .enumerate()
            .map(|(i, mantissa)| mantissa * 2_f64.powi(scale - (i as u32 % spread).cast_signed()))
            .collect();
        let largest = values.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
        let room = (values.len() + 2).next_power_of_two() as f64;
        let above = 2_f64.powi(largest.log2().floor() as i32 + 1);
        let (mut sum, mut squares) = (ExactSum::default(), ExactSquares::default());
        for value in &values {
            sum.add(*value, 3);
            squares.add(*value, 3);
        }
        for (level, wide) in Simd::all_available().flat_map(|level| [(level, false), (level, true)]) {
            let mut parts = Parts::default();
            kernels::moments(level, &values, wide, [room * above, room * above * above], room * f64::EPSILON / 2.0, &mut parts);
            let mut alone = Parts::default();
            kernels::sums(level, &values, wide, room * above, room * f64::EPSILON / 2.0, &mut alone);
            prop_assert!(parts.rest != 0 || alone.rest == 0);
            let spread = if wide { 2_f64.powi(30) } else { 2_f64.powi(12) };
            if values.iter().all(|value| value.abs() > largest / spread) {
                prop_assert_eq!(parts.rest, 0, "{:?}", level);
            }
            if parts.rest == 0 {
                let mut by_parts = ExactSum::default();
                parts.values.iter().for_each(|part| by_parts.add(*part, 3));
                prop_assert_eq!(by_parts.to_le_bytes(), sum.to_le_bytes());
                prop_assert_eq!(alone.values, parts.values);
                let mut by_parts = ExactSquares::default();
                parts.squares.iter().flatten().for_each(|part| by_parts.add_part(*part, 3));
                prop_assert_eq!(by_parts.to_le_bytes(), squares.to_le_bytes());
            }
        }
    }
}

#[test]
fn a_level_is_made_only_where_the_cpu_has_it() {
    let levels: Vec<Simd> = Simd::all_available().collect();
    assert_eq!(levels[0], Simd::BASELINE);
    assert_eq!(levels.last(), Some(&Simd::best()));
    for name in ["baseline", "avx2", "avx512", "sse9", ""] {
        let known = levels.iter().find(|level| level.name() == name);
        assert_eq!(Simd::named(name), known.copied(), "{name}");
    }
}
