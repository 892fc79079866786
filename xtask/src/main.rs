//! `cargo xtask`: from a bare machine to a served page or a full test run.
//!
//! `serve`, `build` and `test` first set up what they need; every step shows how far it is, prints
//! its time, and does nothing when its result is already there.

mod audit;
mod bench;
mod build;
mod doctor;
mod estimates;
mod mnist;
mod notices;
mod process;
mod progress;
mod project;
mod serve;
mod setup;
mod stamp;
mod test;

use anyhow::Result;
use build::Which;
use clap::{Parser, Subcommand};
use std::path::{Path, PathBuf};
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
    /// Set up, serve the page on 127.0.0.1 as soon as it works, and build the rest behind it; then
    /// build what changes in src/, and serve what changes in www/
    Serve {
        #[arg(long, default_value_t = 8080)]
        port: u16,
        /// Serve dist/ as `build` left it
        #[arg(long)]
        no_build: bool,
    },
    /// Set up and build dist/, which any static host can serve
    Build,
    /// Set up, build and run the tests: all of them, or the named parts
    Test {
        #[arg(value_enum)]
        parts: Vec<test::Part>,
        /// Leave out what needs the WebGPU or the ndarray build
        #[arg(long)]
        fast: bool,
    },
    /// Time training and reading in Chromium, beside jax-js, TensorFlow.js and onnxruntime-web, and
    /// natively, beside burn-flex's operations and PyTorch
    Bench(bench::Bench),
    /// Give the public API inputs that nobody meant, and look for panics, hangs and memory that they do
    /// not account for; `--help` lists targets and options
    #[command(disable_help_flag = true)]
    Fuzz {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Show what is installed, what is missing and how to get it, and how long the first run takes
    Doctor,
    /// Check what others wrote: licences, sources and known vulnerabilities of crates and npm packages
    Audit,
    /// Write www/THIRD-PARTY.txt, the licences of all that dist/ holds, after a change of Cargo.lock
    Notices,
    /// Trunk's hook: add to what it leaves in TRUNK_STAGING_DIR what makes it a dist/
    #[command(hide = true)]
    Finish {
        #[arg(env = "TRUNK_STAGING_DIR", value_name = "FOLDER")]
        folder: PathBuf,
    },
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
    estimates::calibrate();
    match command {
        Command::Serve {
            port,
            no_build: true,
        } => serve::serve_as_is(&build::dist(), port),
        Command::Serve {
            port,
            no_build: false,
        } => serve::serve(port),
        Command::Build => build::build(&setup::for_builds()?, Which::All),
        Command::Finish { folder } => finish(&folder),
        Command::Test { parts, fast } => test::test(&parts, fast),
        Command::Fuzz { arguments } => process::succeed(test::fuzz().args(arguments)),
        Command::Bench(options) => bench::bench(&options),
        Command::Doctor => doctor::doctor(),
        Command::Audit => audit::audit(),
        Command::Notices => notices::write(),
        Command::Mnist { mirrors, from } => mnist::mnist(from.as_deref(), &mirrors),
    }
}

fn finish(folder: &Path) -> Result<()> {
    let wasm = setup::for_builds()?;
    wasm.ready()?;
    build::finish(&wasm, folder)
}
