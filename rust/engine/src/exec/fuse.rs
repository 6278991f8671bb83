//! Fusing steps: results that only the next step reads stay in registers.

use crate::exec::plan::{Action, Step};
use crate::numeric::kernels::links;
use crate::space::block::Source;
use crate::space::loops::ARRAYS;
use crate::tape::Binary;

/// Fuse operations on one another into chains, as long as nobody else reads what is in between.
///
/// `ends` says where each phase ends, `sources` where each node is; both are told of the new positions. What `wanted`
/// says is read from outside.
pub(crate) fn fuse(
    steps: Vec<Step>,
    ends: &mut [usize],
    sources: &mut [Source],
    wanted: &[usize],
) -> Vec<Step> {
    let mut reads = vec![0; steps.len()];
    let operands = steps
        .iter()
        .flat_map(|step| &step.operands)
        .filter_map(Source::step);
    operands.for_each(|step| reads[step] += 1);
    // Once more than any step alone would.
    for step in wanted {
        reads[*step] += 2;
    }
    let phase = |step: usize| ends.partition_point(|end| *end <= step);
    let mut fused: Vec<Option<Step>> = vec![];
    for (index, mut step) in steps.into_iter().enumerate() {
        for &side in sides(&step.action) {
            let Some(inner) = step.operands[side].step() else {
                continue;
            };
            let alone = reads[inner] == 1 && phase(inner) == phase(index);
            let joined = fused[inner]
                .as_ref()
                .filter(|_| alone)
                .and_then(|inner| join(&step, inner, side));
            if let Some(joined) = joined {
                step = joined;
                fused[inner] = None;
                break;
            }
        }
        fused.push(Some(step));
    }

    let mut places = vec![0; fused.len() + 1];
    for (index, step) in fused.iter().enumerate() {
        places[index + 1] = places[index] + usize::from(step.is_some());
    }
    let moved = |source: &mut Source| {
        if let Source::Step(step) = source {
            *step = places[*step];
        }
    };
    for end in ends {
        *end = places[*end];
    }
    sources.iter_mut().for_each(moved);
    let mut steps: Vec<Step> = fused.into_iter().flatten().collect();
    steps
        .iter_mut()
        .flat_map(|step| &mut step.operands)
        .for_each(moved);
    steps
}

/// The operands of an operation that may be the result of a chain. Which side of a sum or a product is which does not
/// matter.
fn sides(action: &Action) -> &'static [usize] {
    match action {
        Action::Binary(Binary::Add | Binary::Multiply) => &[0, 1],
        Action::Binary(op) if links(*op) => &[0],
        _ => &[],
    }
}

/// A step that takes the result of another from one side, as one.
fn join(step: &Step, inner: &Step, side: usize) -> Option<Step> {
    let Action::Binary(op) = step.action else {
        return None;
    };
    let mut ops = match &inner.action {
        Action::Binary(op) if links(*op) => vec![*op],
        Action::Chain(ops) => ops.clone(),
        _ => return None,
    };
    if inner.groups != step.groups || inner.operands.len() == ARRAYS {
        return None;
    }
    ops.push(op);
    let mut operands = inner.operands.clone();
    operands.push(step.operands[1 - side].clone());
    Some(Step {
        action: Action::Chain(ops),
        groups: step.groups.clone(),
        operands,
    })
}
