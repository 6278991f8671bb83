//! Boxes enclose what is in them.

use proptest::prelude::*;
use proptest::sample::Index;

use super::draft::drafts;
use super::{cases, digits, row, values};
use crate::exec::leaf::{DigitClasses, Leaf};
use crate::exec::program::Program;
use crate::numeric::interval::Interval;
use crate::numeric::kernels::Simd;
use crate::prune::boxes::{Boxes, Enclosed};
use crate::prune::pyramid::{self, Pyramid, Side};
use crate::run::Control;
use crate::tape::Node;

/// Any block of any level.
fn side(size: usize, [level, block]: [Index; 2]) -> Side {
    let level = level.index(usize::from(pyramid::top(size)) + 1) as u8;
    Side {
        level,
        block: block.index(pyramid::blocks(size, level)) as u32,
    }
}

fn encloses(Interval { low, high, nan }: Interval, value: f64) -> bool {
    if value.is_nan() {
        nan
    } else {
        low.total_cmp(&value).is_le() && value.total_cmp(&high).is_le()
    }
}

/// Points of some groups in any order, as what is left of a program.
fn listed(program: &Program, nodes: &[Node], groups: u8, order: &[Index]) -> Program {
    let outer = 0..program.space().sizes().len();
    let groups: Vec<usize> = outer.filter(|group| groups >> group & 1 == 1).collect();
    let all: usize = groups.iter().map(|group| program.sizes()[*group]).product();
    let mut points: Vec<usize> = order.iter().map(|point| point.index(all)).collect();
    points.sort_unstable();
    points.dedup();
    let turn = order.len() / 2 % points.len();
    points.rotate_left(turn);
    program.listed(&groups, &points, nodes).unwrap()
}

proptest! {
    #![proptest_config(cases(1500))]

    #[test]
    fn boxes_enclose_all_values_in_them(
        draft in drafts(),
        most in proptest::sample::select(vec![0, 1 << 20]),
        sides in proptest::collection::vec(any::<[[Index; 2]; 4]>(), 1..6),
        part in proptest::option::of((any::<u8>(), proptest::collection::vec(any::<Index>(), 1..30))),
    ) {
        let drafted = draft.build(Simd::BASELINE);
        let (mut program, nodes) = (drafted.program, drafted.known);
        if let Some((groups, order)) = part {
            program = listed(&program, &nodes, groups, &order);
        }
        let (values, all) = (values(&program, &nodes), digits(program.space().sizes()));
        let boxes = Boxes::new(&program, &nodes, most, 1, &Control::default()).unwrap();
        let mut enclosed = Enclosed::default();
        for drawn in sides {
            let mut sides = boxes.whole();
            boxes.enclose(&sides, &mut enclosed);
            let sizes = boxes.sizes().to_vec();
            for (group, size) in sizes.into_iter().enumerate() {
                sides[group] = side(size, drawn[group % 4]);
                let other = enclosed.clone();
                boxes.enclose_changed(&sides, group, &other, &mut enclosed);
            }
            let mut again = Enclosed::default();
            boxes.enclose(&sides, &mut again);
            let ranges: Vec<_> = (0..sides.len()).map(|group| boxes.range(group, sides[group])).collect();
            let inside = |place: &usize| all[*place].iter().zip(&ranges).all(|(digit, range)| range.contains(digit));
            let inside: Vec<usize> = (0..all.len()).filter(inside).collect();
            prop_assert_eq!(boxes.rows(&sides), inside.len() as u64);
            let lowest = inside.iter().map(|place| row(&program, &all[*place])).min();
            prop_assert_eq!(Some(boxes.lowest(&sides)), lowest);
            for (node, values) in nodes.iter().zip(&values) {
                let interval = boxes.at(&enclosed, *node);
                prop_assert_eq!(interval, boxes.at(&again, *node));
                for place in &inside {
                    let value = values[*place];
                    prop_assert!(encloses(interval, value), "node {node}: {value} outside of {interval:?} at {sides:?}");
                }
            }
        }
    }

    #[test]
    fn pyramids_know_the_extremes(
        sizes in proptest::collection::vec(prop_oneof![1_usize..4, 5_usize..20, 60_usize..70], 1..4)
            .prop_filter("too large", |sizes| sizes.iter().product::<usize>() <= 20_000),
        seeds in proptest::collection::vec(-9_i8..10, 1..50),
        missing in any::<Index>(),
        drawn in proptest::collection::vec(any::<[[Index; 2]; 3]>(), 1..9),
    ) {
        let points: usize = sizes.iter().product();
        let mut values: Vec<f64> = seeds.iter().cycle().map(|seed| f64::from(*seed)).take(points).collect();
        values[points - 1] = 99.0;
        values[missing.index(points)] = f64::NAN;
        let groups: Vec<usize> = (0..sizes.len()).collect();
        let pyramid = Pyramid::new(&Leaf::new(groups, values.clone().into()), &sizes);
        let all = digits(&sizes.iter().map(|size| *size as u64).collect::<Vec<_>>());
        for drawn in drawn {
            let sides: Vec<Side> = sizes.iter().zip(drawn).map(|(size, drawn)| side(*size, drawn)).collect();
            let inside = |digits: &[usize]| digits.iter().zip(&sizes).zip(&sides).all(|((digit, size), side)| {
                pyramid::digits(*size, *side).contains(digit)
            });
            let inside: Vec<f64> = all.iter().zip(&values).filter(|(digits, _)| inside(digits)).map(|(_, value)| *value).collect();
            prop_assert_eq!(pyramid.enclose(&sides), Interval::hull(inside));
        }
    }

    #[test]
    fn pyramids_over_classes_of_digits_are_those_over_digits(
        classes in proptest::collection::vec(proptest::collection::vec(0_u8..5, 1..40), 1..4)
            .prop_filter("too large", |classes| classes.iter().map(Vec::len).product::<usize>() <= 20_000),
        seeds in proptest::collection::vec(-9_i8..10, 1..50),
        gap in any::<bool>(),
        drawn in proptest::collection::vec(any::<[[Index; 2]; 3]>(), 1..20),
    ) {
        let sizes: Vec<usize> = classes.iter().map(Vec::len).collect();
        let classes: Vec<DigitClasses> = classes.iter().map(|of| DigitClasses::by(of.iter())).collect();
        let points = classes.iter().map(|classes| classes.count).product();
        let mut values: Vec<f64> = seeds.iter().cycle().map(|seed| f64::from(*seed) + 0.5).take(points).collect();
        if gap {
            values[points - 1] = f64::NAN;
        }
        let leaf = Leaf { classes, ..Leaf::new((0..sizes.len()).collect(), values.into()) };
        let dense = leaf.clone().expanded(sizes.clone());
        let (pyramid, other) = (Pyramid::new(&leaf, &sizes), Pyramid::new(&dense, &sizes));
        for drawn in drawn {
            let sides: Vec<Side> = sizes.iter().zip(drawn).map(|(size, drawn)| side(*size, drawn)).collect();
            prop_assert_eq!(pyramid.enclose(&sides), other.enclose(&sides));
        }
    }
}
