//! `cargo xtask`: from a bare machine to a served page or a full test run.
//!
//! `serve`, `build` and `test` first set up what they need; every step prints its time and does
//! nothing when its result is already there.

mod bench;
mod build;
mod doctor;
mod mnist;
mod process;
mod project;
mod serve;
mod setup;
mod stamp;
mod test;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    about = "Sets up, builds, serves, tests and times vitpad"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Set up, build and serve the page on 127.0.0.1
    Serve {
        #[arg(long, default_value_t = 8080)]
        port: u16,
        /// Serve dist/ as it is
        #[arg(long)]
        no_build: bool,
    },
    /// Set up and build dist/, which any static host can serve
    Build,
    /// Set up, build and run the tests: all of them, or the named parts
    Test {
        #[arg(value_enum)]
        parts: Vec<test::Part>,
    },
    /// Time training and reading in Chromium, beside jax-js, TensorFlow.js and onnxruntime-web, and
    /// natively, beside burn-flex's operations and PyTorch
    Bench(bench::Bench),
    /// Show what is installed, what is missing and how to get it
    Doctor,
    /// Put the four MNIST files into data/mnist, from MNIST_DIR or a mirror
    Mnist {
        /// Take the files from this address instead of the public mirrors (repeatable)
        #[arg(long = "mirror", value_name = "URL")]
        mirrors: Vec<String>,
        /// Take the files from this folder
        #[arg(long, env = "MNIST_DIR", value_name = "FOLDER")]
        from: Option<PathBuf>,
    },
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Serve { port, no_build } => {
            serve::require_free(port)?;
            if !no_build {
                build::build(&setup::for_build()?)?;
            }
            serve::serve(&build::dist(), port)
        }
        Command::Build => build::build(&setup::for_build()?),
        Command::Test { parts } => test::test(&parts),
        Command::Bench(options) => bench::bench(&options),
        Command::Doctor => doctor::doctor(),
        Command::Mnist { mirrors, from } => mnist::mnist(from.as_deref(), &mirrors),
    }
}
