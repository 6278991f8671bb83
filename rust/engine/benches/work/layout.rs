//! A search for the layout of a model over chips: eight axes of which most combinations cannot be, about 150 nodes.

use std::sync::Arc;

use gigacost_engine::tape::{Binary, Name, Node, Op, Search, SearchAxis, Unary};
use gigacost_engine::{Blocks, Leaf, Program, Result, Simd, Space, TapeBuilder};

/// The axes and their values, in the order that breaks ties.
const AXES: [(&str, &[f64]); 8] = [
    ("tp", &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0]),
    (
        "pp",
        &[1.0, 2.0, 4.0, 8.0, 12.0, 16.0, 24.0, 32.0, 48.0, 64.0],
    ),
    ("cp", &[1.0, 2.0, 4.0, 8.0]),
    ("ep", &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0]),
    ("microbatch", &[1.0, 2.0, 4.0, 8.0, 16.0]),
    ("vp", &[1.0, 2.0, 4.0, 8.0]),
    ("recompute", &[0.0, 1.0, 2.0]),
    ("zero_stage", &[0.0, 1.0, 2.0, 3.0]),
];
/// How many terms of seven operations the objective has that vary over all axes.
const TERMS: usize = 8;

/// How many of each there are to choose from: hardware, chips, models, tokens.
pub(crate) type Sizes = [u64; 4];

/// A program, its result, and how many candidates pass all conditions but that on memory.
pub(crate) struct Layout {
    pub(crate) program: Arc<Program>,
    pub(crate) step_seconds: Node,
    pub(crate) candidates: u64,
}

/// A tape in the making, with operations as functions.
struct Formulas(TapeBuilder);

impl Formulas {
    fn number(&mut self, value: f64) -> Node {
        self.0.constant(value)
    }

    fn op(&mut self, op: Binary, a: Node, b: Node) -> Result<Node> {
        self.0.push(Op::Binary(op, a, b))
    }

    fn plus(&mut self, a: Node, b: Node) -> Result<Node> {
        self.op(Binary::Add, a, b)
    }

    fn times(&mut self, a: Node, b: Node) -> Result<Node> {
        self.op(Binary::Multiply, a, b)
    }

    fn over(&mut self, a: Node, b: Node) -> Result<Node> {
        self.op(Binary::Divide, a, b)
    }

    fn floor(&mut self, a: Node) -> Result<Node> {
        self.0.push(Op::Unary(Unary::Floor, a))
    }

    /// Whether b divides a.
    fn divides(&mut self, a: Node, b: Node) -> Result<Node> {
        let quotient = self.over(a, b)?;
        let whole = self.floor(quotient)?;
        self.op(Binary::Equal, quotient, whole)
    }

    fn all(&mut self, conditions: &[Node]) -> Result<Node> {
        let mut all = conditions[0];
        for condition in &conditions[1..] {
            all = self.op(Binary::Both, all, *condition)?;
        }
        Ok(all)
    }

    fn leaf(&mut self, name: &str) -> Node {
        self.0.leaf(Name {
            name: name.to_owned(),
            unit: String::new(),
            doc: String::new(),
        })
    }
}

/// The figures of a model by its number: layers, heads, hidden size, experts.
fn model(i: u64) -> [f64; 4] {
    let layers = [24.0, 32.0, 48.0, 64.0, 80.0, 96.0][i as usize % 6];
    let heads = [16.0, 32.0, 40.0, 64.0, 96.0, 128.0][i as usize / 2 % 6];
    let experts = [1.0, 8.0, 16.0, 64.0][i as usize % 4];
    [layers, heads, heads * 128.0, experts]
}

fn chips(i: u64) -> f64 {
    8.0 * (i + 1) as f64 * if i.is_multiple_of(3) { 8.0 } else { 4.0 }
}

fn batch(tokens: f64) -> f64 {
    2.0_f64.powi((tokens.ln() / 1.6).floor() as i32)
}

fn tokens(i: u64) -> f64 {
    1e9 * (1.0 + i as f64)
}

/// The search as a program over a space.
pub(crate) fn layout(sizes: Sizes, simd: Simd, blocks: Blocks) -> Result<Layout> {
    let mut f = Formulas(TapeBuilder::new());
    let names = [
        "peak",
        "memory",
        "bandwidth",
        "link",
        "chips",
        "layers",
        "heads",
        "hidden",
        "experts",
        "batch",
    ];
    let [
        peak,
        memory,
        bandwidth,
        link,
        chips_,
        layers,
        heads,
        hidden,
        experts,
        tokens_,
    ] = names.map(|name| f.leaf(name));
    // Rounded to a power: of many numbers of tokens, few are different batches.
    let (scale, two) = (f.number(1.6), f.number(2.0));
    let log = f.0.push(Op::Unary(Unary::Log, tokens_))?;
    let scaled = f.over(log, scale)?;
    let floored = f.floor(scaled)?;
    let batch_ = f.op(Binary::Power, two, floored)?;

    let axes = AXES.iter().map(|(name, values)| SearchAxis {
        name: (*name).to_owned(),
        values: values.to_vec(),
    });
    let search = f.0.search(Search {
        name: "layout".to_owned(),
        axes: axes.collect(),
    })?;
    let mut axes = vec![];
    for axis in 0..AXES.len() as u32 {
        axes.push(f.0.push(Op::SearchAxis { search, axis })?);
    }
    let &[tp, pp, cp, ep, microbatch, vp, recompute, zero] = &axes[..] else {
        return Err(gigacost_engine::Error::Invalid("eight axes".into()));
    };
    let (none, one) = (f.number(0.0), f.number(1.0));

    let shards = f.times(tp, pp)?;
    let model_chips = f.times(shards, cp)?;
    let dp = f.over(chips_, model_chips)?;
    let stages = f.times(pp, vp)?;
    let per_step = f.times(dp, microbatch)?;
    let conditions = {
        let heads_split = f.divides(heads, tp)?;
        let fits = f.op(Binary::LessEqual, model_chips, chips_)?;
        let whole = f.divides(chips_, model_chips)?;
        let single = f.op(Binary::Equal, vp, one)?;
        let piped = f.op(Binary::Less, one, pp)?;
        let interleaved = f.op(Binary::Either, single, piped)?;
        let layered = f.divides(layers, stages)?;
        let expert = f.divides(experts, ep)?;
        let expert_chips = f.divides(dp, ep)?;
        let batched = f.divides(batch_, per_step)?;
        let unsharded = f.op(Binary::Equal, zero, none)?;
        let several = f.op(Binary::Less, one, dp)?;
        let sharded = f.op(Binary::Either, unsharded, several)?;
        [
            heads_split,
            fits,
            whole,
            interleaved,
            layered,
            expert,
            expert_chips,
            batched,
            sharded,
        ]
    };

    // A layer's time, of hardware, model, tp, cp, microbatch, recomputation.
    let width = f.over(hidden, tp)?;
    let square = f.times(width, hidden)?;
    let flop = f.times(square, microbatch)?;
    let local = f.over(flop, cp)?;
    let again = f.plus(recompute, two)?;
    let work = f.times(local, again)?;
    let compute = f.over(work, peak)?;
    let moved = f.times(width, microbatch)?;
    let reading = f.over(moved, bandwidth)?;
    let layer = f.op(Binary::Maximum, compute, reading)?;
    let ring = f.over(moved, link)?;
    let rounds = f.times(ring, tp)?;
    let layer = f.plus(layer, rounds)?;
    // The pipeline.
    let rounds = f.over(batch_, per_step)?;
    let gap = f.over(pp, vp)?;
    let bubble = f.over(gap, rounds)?;
    let filled = f.plus(bubble, one)?;
    let local_layers = f.over(layers, pp)?;
    let stage = f.times(layer, local_layers)?;
    let exchange = f.times(moved, vp)?;
    let hop = f.over(exchange, link)?;
    let passes = f.times(stage, rounds)?;
    let hops = f.times(hop, rounds)?;
    // Weights and their exchange.
    let weights = f.times(square, local_layers)?;
    let expert_weights = f.over(weights, ep)?;
    let zero_parts = f.plus(zero, one)?;
    let parts = f.op(Binary::Minimum, dp, zero_parts)?;
    let state = f.over(expert_weights, parts)?;
    let reduce = f.over(expert_weights, link)?;
    let scatter = f.times(reduce, zero_parts)?;
    let activations = f.times(moved, local_layers)?;
    let kept = f.over(activations, again)?;
    let in_flight = f.times(kept, gap)?;
    let used = f.plus(state, in_flight)?;
    let memory_fits = f.op(Binary::LessEqual, used, memory)?;

    // What varies over everything.
    let mut seconds = f.times(passes, filled)?;
    for term in 0..TERMS {
        let weight = f.number(1.0 + term as f64 / 16.0);
        let a = f.times(scatter, weight)?;
        let b = f.plus(a, hops)?;
        let c = f.over(b, used)?;
        let d = f.op(Binary::Maximum, c, filled)?;
        let e = f.times(seconds, weight)?;
        let g = f.plus(e, d)?;
        let h = f.op(Binary::Minimum, g, seconds)?;
        let i = f.op(Binary::Subtract, h, d)?;
        seconds = f.plus(g, i)?;
    }
    let structure = f.all(&conditions)?;
    let among = f.all(&[structure, memory_fits])?;
    let winner = f.0.push(Op::Winner {
        search,
        objective: seconds,
        among,
    })?;
    // The result, at the winner: what a step takes per chip.
    let mut product = chips_;
    for axis in 0..AXES.len() as u32 {
        let pick = f.0.push(Op::Pick {
            search,
            axis,
            winner,
        })?;
        product = f.plus(product, pick)?;
    }
    let missing = f.0.push(Op::Unary(Unary::Missing, product))?;
    let step_seconds = f.0.push(Op::Where(missing, none, product))?;

    let table = |group: usize, value: &dyn Fn(u64) -> f64| Leaf {
        groups: vec![group],
        values: (0..sizes[group]).map(value).collect(),
    };
    let leaves = vec![
        table(0, &|i| 1e15 * (1.0 + i as f64 / 7.0)),
        table(0, &|i| 8e9 * (1.0 + i as f64 / 5.0)),
        table(0, &|i| 3e12 * (1.0 + i as f64 / 9.0)),
        table(0, &|i| 4e11 * (1.0 + i as f64 / 3.0)),
        table(1, &chips),
        table(2, &|i| model(i)[0]),
        table(2, &|i| model(i)[1]),
        table(2, &|i| model(i)[2]),
        table(2, &|i| model(i)[3]),
        table(3, &tokens),
    ];
    let tape = Arc::new(f.0.finish(vec![])?);
    let program = Program::new(tape, Space::new(sizes.to_vec())?, leaves, simd, blocks)?;
    Ok(Layout {
        program: Arc::new(program),
        step_seconds,
        candidates: sizes[0] * structural(sizes),
    })
}

/// How many candidates of all points on one hardware pass the conditions on structure, those of equal batches once.
fn structural(sizes: Sizes) -> u64 {
    let divides = |a: f64, b: f64| (a / b).fract() == 0.0;
    let mut batches: Vec<f64> = (0..sizes[3]).map(|i| batch(tokens(i))).collect();
    batches.dedup();
    let values = |axis: usize| AXES[axis].1;
    let mut count = 0;
    for (chips, model) in
        (0..sizes[1]).flat_map(|i| (0..sizes[2]).map(move |j| (chips(i), model(j))))
    {
        let [layers, heads, _, experts] = model;
        for &tp in values(0).iter().filter(|tp| divides(heads, **tp)) {
            for (&pp, &cp) in values(1)
                .iter()
                .flat_map(|pp| values(2).iter().map(move |cp| (pp, cp)))
            {
                let dp = chips / (tp * pp * cp);
                if dp < 1.0 || dp.fract() != 0.0 {
                    continue;
                }
                let ep = values(3)
                    .iter()
                    .filter(|ep| divides(experts, **ep) && divides(dp, **ep))
                    .count();
                let vp = values(5)
                    .iter()
                    .filter(|vp| (**vp == 1.0 || pp > 1.0) && divides(layers, pp * **vp))
                    .count();
                let zero = values(7)
                    .iter()
                    .filter(|zero| **zero == 0.0 || dp > 1.0)
                    .count();
                let steps = batches
                    .iter()
                    .flat_map(|batch| values(4).iter().map(move |each| (batch, each)));
                let microbatch = steps
                    .filter(|(batch, each)| divides(**batch, dp * **each))
                    .count();
                count += ep * vp * zero * microbatch * values(6).len();
            }
        }
    }
    count as u64
}
