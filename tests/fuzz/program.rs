//! Gives vitpad's public API inputs that nobody meant, and looks for panics, hangs, and memory that
//! the input does not account for: `cargo xtask fuzz`.
//!
//! Inputs are good files with changes; those that lead to an outcome not seen before are kept and
//! changed again. cargo-fuzz would tell outcomes apart by the code that they ran, but needs a nightly
//! compiler, which nothing else here does.

mod inputs;
mod memory;
mod targets;
mod trial;
mod watch;

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use clap::Parser;
use rand::SeedableRng;
use rand::rngs::StdRng;

use inputs::Inputs;
use targets::{TARGETS, Target};

/// Each target's turn.
const TURN: Duration = Duration::from_millis(200);
const REPORTED: Duration = Duration::from_secs(20);

#[derive(Parser)]
#[command(bin_name = "cargo xtask fuzz", about = "Fuzzes vitpad's public API")]
struct Options {
    /// Targets [default: all]
    #[arg(value_parser = TARGETS.map(|target| target.name))]
    targets: Vec<String>,
    /// Stop after this many inputs; each target gets as much time as the others
    #[arg(long, value_name = "COUNT", conflicts_with = "seconds")]
    inputs: Option<u64>,
    /// Stop after this many seconds
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Decides the inputs
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Give the targets this file, and nothing else
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
}

/// A target at work.
struct Run {
    target: &'static Target,
    inputs: Inputs,
    random: StdRng,
    /// The outcomes so far.
    seen: HashSet<String>,
    count: u64,
    accepted: u64,
    time: Duration,
    /// The most memory that an input took.
    peak: usize,
    faults: HashSet<String>,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let named = |target: &&Target| {
        let names = &options.targets;
        names.is_empty() || names.iter().any(|name| name == target.name)
    };
    let targets = TARGETS.iter().filter(named);
    watch::start();
    if let Some(file) = &options.input {
        let input = fs::read(file)?;
        targets.for_each(|target| repeat(target, &input));
        return Ok(());
    }
    println!("seed {}", options.seed);
    let mut runs: Vec<Run> = targets
        .map(|target| Run::new(target, options.seed))
        .collect();
    trial::silence();
    fuzz(&mut runs, &options);
    let found: usize = runs.iter().map(|run| run.faults.len()).sum();
    ensure!(found == 0, "{found} faults found");
    Ok(())
}

/// With panics' own words and backtraces.
fn repeat(target: &'static Target, input: &[u8]) {
    watch::begin(target.name, input);
    println!("{}: {:?}", target.name, trial::run(target, input));
    watch::end();
}

fn fuzz(runs: &mut [Run], options: &Options) {
    let start = Instant::now();
    let mut reported = start;
    loop {
        for run in &mut *runs {
            let turn = Instant::now();
            while turn.elapsed() < TURN {
                run.next();
            }
            run.time += turn.elapsed();
        }
        let count: u64 = runs.iter().map(|run| run.count).sum();
        let is_done = match options.inputs {
            Some(most) => count >= most,
            None => start.elapsed().as_secs() >= options.seconds,
        };
        if is_done || reported.elapsed() >= REPORTED {
            reported = Instant::now();
            report(runs, start.elapsed());
        }
        if is_done {
            return;
        }
    }
}

fn report(runs: &[Run], elapsed: Duration) {
    println!("after {} s:", elapsed.as_secs());
    println!("  target           inputs  accepted  a second  outcomes    memory  found");
    for run in runs {
        let rate = run.count as f64 / run.time.as_secs_f64();
        println!(
            "  {:<11} {:>11} {:>9} {:>9.0} {:>9} {:>6} KB {:>6}",
            run.target.name,
            run.count,
            run.accepted,
            rate,
            run.seen.len(),
            run.peak >> 10,
            run.faults.len()
        );
    }
}

impl Run {
    fn new(target: &'static Target, seed: u64) -> Self {
        let corpus = trial::corpus(target).into_iter().map(|(_, input)| input);
        Self {
            target,
            inputs: Inputs::of(target.name, corpus.collect()),
            random: StdRng::seed_from_u64(seed),
            seen: HashSet::new(),
            count: 0,
            accepted: 0,
            time: Duration::ZERO,
            peak: 0,
            faults: HashSet::new(),
        }
    }

    fn next(&mut self) {
        let input = self.inputs.next(&mut self.random);
        watch::begin(self.target.name, &input);
        let result = trial::run(self.target, &input);
        watch::end();
        self.count += 1;
        match result {
            Err(fault) => {
                if self.faults.insert(pattern(&fault)) {
                    watch::report(self.target.name, &input, &fault);
                }
            }
            Ok((outcome, taken)) => {
                self.peak = self.peak.max(taken);
                self.accepted += u64::from(outcome.is_ok());
                let outcome = match outcome {
                    Ok(word) => word.into(),
                    Err(error) => pattern(&format!("{}: {error}", error.code())),
                };
                if self.seen.insert(outcome) {
                    self.inputs.keep(&input);
                }
            }
        }
    }
}

/// A text without what differs from one input to another: all from the first quote to the last, and
/// words that are none.
fn pattern(text: &str) -> String {
    let quotes = ['"', '`'];
    let (start, _) = text.split_once(quotes).unwrap_or((text, ""));
    let (_, end) = text.rsplit_once(quotes).unwrap_or_default();
    let words = [start, end].into_iter().flat_map(str::split_whitespace);
    let is_word = |word: &&str| {
        word.chars()
            .all(|c| c.is_alphabetic() || "_.:/".contains(c))
    };
    words.filter(is_word).collect::<Vec<_>>().join(" ")
}
