//! One piece of work, to be counted by callgrind: without a name it lists them, with the number of values of each.
//!
//! `benches/instructions.py` runs it.

mod work;

use std::hint::black_box;

/// Only what happens in here is counted.
#[inline(never)]
fn measured(run: &mut dyn FnMut()) {
    black_box(run)();
}

fn main() -> gigacost_engine::Result<()> {
    let wanted = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with("--"));
    for mut work in work::all()? {
        match &wanted {
            None => println!("{} {}", work.values, work.name),
            Some(name) if *name == work.name => {
                // Once before: what is made on first use is not counted.
                (work.run)();
                measured(&mut work.run);
            }
            Some(_) => {}
        }
    }
    Ok(())
}
