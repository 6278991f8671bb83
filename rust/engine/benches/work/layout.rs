//! A search for the layout of a model over chips: eight axes of which most combinations cannot be, about 150 nodes.

use std::collections::HashMap;
use std::sync::Arc;

use gigacost_engine::tape::{Binary, Name, Node, Op, Search, SearchAxis, Unary};
use gigacost_engine::{Blocks, Error, Leaf, Program, Result, Simd, Space, TapeBuilder};

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
/// The model, a line for each operation: a search for the layout with the shortest step.
const MODEL: &str = "
    scale = log tokens
    scaled = scale / 1.6
    whole = floor scaled
    batch = 2 ^ whole

    shards = tp * pp
    used_chips = shards * cp
    dp = chips / used_chips
    chunks = pp * vp
    at_once = dp * microbatch
    heads_split = heads divisible tp
    few_enough = used_chips <= chips
    all_used = chips divisible used_chips
    plain = vp == 1
    piped = 1 < pp
    interleaved = plain or piped
    layers_split = layers divisible chunks
    experts_split = experts divisible ep
    experts_fit = dp divisible ep
    batch_split = batch divisible at_once
    whole_state = zero_stage == 0
    replicas = 1 < dp
    state_split = whole_state or replicas

    width = hidden / tp
    square = width * hidden
    flop = square * microbatch
    local_flop = flop / cp
    passes = recompute + 2
    work = local_flop * passes
    compute = work / peak
    moved = width * microbatch
    read = moved / bandwidth
    kernels = compute max read
    ring = moved / link
    rings = ring * tp
    layer = kernels + rings
    rounds = batch / at_once
    depth = pp / vp
    idle = depth / rounds
    filled = idle + 1
    stage_layers = layers / pp
    stage = layer * stage_layers
    exchanged = moved * vp
    hop = exchanged / link
    busy = stage * rounds
    hops = hop * rounds
    weights = square * stage_layers
    held = weights / ep
    share = zero_stage + 1
    parts = dp min share
    sharded = held / parts
    reduced = held / link
    scattered = reduced * share
    activations = moved * stage_layers
    kept = activations / passes
    in_flight = kept * depth
    used = sharded + in_flight
    memory_fits = used <= memory

    seconds = busy * filled
";
/// What the objective has so often: seven operations on what varies over all axes.
const TERM: &str = "
    scattered = scattered * 1.0625
    sent = scattered + hops
    paced = sent / used
    bound = paced max filled
    slowed = seconds * 1.125
    sum = slowed + bound
    least = sum min seconds
    rest = least - bound
    seconds = sum + rest
";
const TERMS: usize = 8;
/// The conditions of a legal layout.
const CONDITIONS: [&str; 10] = [
    "heads_split",
    "few_enough",
    "all_used",
    "interleaved",
    "layers_split",
    "experts_split",
    "experts_fit",
    "batch_split",
    "state_split",
    "memory_fits",
];
/// The figures from outside, each with the group of the space that it varies over.
const FIGURES: [(&str, usize); 10] = [
    ("peak", 0),
    ("memory", 0),
    ("bandwidth", 0),
    ("link", 0),
    ("chips", 1),
    ("layers", 2),
    ("heads", 2),
    ("hidden", 2),
    ("experts", 2),
    ("tokens", 3),
];

/// How many of each there are to choose from: hardware, chips, models, tokens.
pub(crate) type Sizes = [u64; 4];

/// A program, its result, and how many candidates pass all conditions but that on memory.
pub(crate) struct Layout {
    pub(crate) program: Arc<Program>,
    pub(crate) microbatch: Node,
    pub(crate) candidates: u64,
}

/// A tape in the making, and its nodes by name.
#[derive(Default)]
struct Formulas {
    tape: TapeBuilder,
    nodes: HashMap<String, Node>,
}

impl Formulas {
    /// Compute what the lines of a text say: `name = a operation b`, or `name = operation a`.
    fn read(&mut self, text: &str) -> Result<()> {
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let words: Vec<&str> = line.split_whitespace().collect();
            let node = match words[2..] {
                [op, a] => {
                    let op = if op == "log" {
                        Unary::Log
                    } else {
                        Unary::Floor
                    };
                    let a = self.node(a);
                    self.tape.push(Op::Unary(op, a))?
                }
                [a, "divisible", b] => {
                    let quotient = self.binary(Binary::Divide, a, b)?;
                    let whole = self.tape.push(Op::Unary(Unary::Floor, quotient))?;
                    self.tape.push(Op::Binary(Binary::Equal, quotient, whole))?
                }
                [a, op, b] => {
                    let known = OPERATIONS.iter().find(|(sign, _)| *sign == op);
                    self.binary(known.map_or(Binary::Add, |(_, op)| *op), a, b)?
                }
                _ => return Err(Error::Invalid(line.to_owned())),
            };
            self.nodes.insert(words[0].to_owned(), node);
        }
        Ok(())
    }

    fn binary(&mut self, op: Binary, a: &str, b: &str) -> Result<Node> {
        let (a, b) = (self.node(a), self.node(b));
        self.tape.push(Op::Binary(op, a, b))
    }

    /// A number, or what has a name.
    fn node(&mut self, word: &str) -> Node {
        match word.parse() {
            Ok(number) => self.tape.constant(number),
            Err(_) => self.nodes[word],
        }
    }

    fn name(&mut self, name: &str, node: Node) {
        self.nodes.insert(name.to_owned(), node);
    }
}

const OPERATIONS: [(&str, Binary); 11] = [
    ("+", Binary::Add),
    ("-", Binary::Subtract),
    ("*", Binary::Multiply),
    ("/", Binary::Divide),
    ("^", Binary::Power),
    ("min", Binary::Minimum),
    ("max", Binary::Maximum),
    ("<", Binary::Less),
    ("<=", Binary::LessEqual),
    ("==", Binary::Equal),
    ("or", Binary::Either),
];

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
    let mut formulas = Formulas::default();
    for (name, _) in FIGURES {
        let leaf = formulas.tape.leaf(Name {
            name: name.to_owned(),
            unit: String::new(),
            doc: String::new(),
        });
        formulas.name(name, leaf);
    }
    let axes = AXES.iter().map(|(name, values)| SearchAxis {
        name: (*name).to_owned(),
        values: values.to_vec(),
    });
    let search = formulas.tape.search(Search {
        name: "layout".to_owned(),
        axes: axes.collect(),
    })?;
    for (axis, (name, _)) in (0..).zip(AXES) {
        let node = formulas.tape.push(Op::SearchAxis { search, axis })?;
        formulas.name(name, node);
    }
    formulas.read(MODEL)?;
    for _ in 0..TERMS {
        formulas.read(TERM)?;
    }
    let mut among = formulas.tape.constant(1.0);
    for condition in CONDITIONS {
        let condition = formulas.nodes[condition];
        let both = Op::Binary(Binary::Both, among, condition);
        among = formulas.tape.push(both)?;
    }
    let objective = formulas.nodes["seconds"];
    let winner = formulas.tape.push(Op::Winner {
        search,
        objective,
        among,
    })?;
    // Something that depends on the winner: nothing where there is none.
    let pick = Op::Pick {
        search,
        axis: 4,
        winner,
    };
    let found = formulas.tape.push(pick)?;
    let missing = formulas.tape.push(Op::Unary(Unary::Missing, found))?;
    let none = formulas.tape.constant(0.0);
    let microbatch = formulas.tape.push(Op::Where(missing, none, found))?;
    let leaves = FIGURES.map(|(name, group)| {
        Leaf::new(
            vec![group],
            (0..sizes[group]).map(|i| figure(name, i)).collect(),
        )
    });
    let (tape, space) = (formulas.tape.finish(vec![])?, Space::new(sizes.to_vec())?);
    let program = Program::new(Arc::new(tape), space, leaves.to_vec(), simd, blocks)?;
    Ok(Layout {
        program: Arc::new(program),
        microbatch,
        candidates: sizes[0] * structural(sizes),
    })
}

/// A figure at a digit of its group.
fn figure(name: &str, i: u64) -> f64 {
    let x = i as f64;
    match name {
        "peak" => 1e15 * (1.0 + x / 7.0),
        "memory" => 8e9 * (1.0 + x / 5.0),
        "bandwidth" => 3e12 * (1.0 + x / 9.0),
        "link" => 4e11 * (1.0 + x / 3.0),
        "chips" => chips(i),
        "layers" => model(i)[0],
        "heads" => model(i)[1],
        "hidden" => model(i)[2],
        "experts" => model(i)[3],
        _ => tokens(i),
    }
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
