//! The site: the page, the wasm files, the npm packages and the data sets that it loads. It is made in a
//! folder of target/, as `cargo xtask serve` shows it: the page is there at once and the CPU's file first;
//! each other file joins when it is whole. dist/ gets it when all is there, as hosts serve it.

mod compile;
mod data;
mod licences;
pub mod links;
mod page;
mod place;
mod release;
mod vendor;

pub use page::lay as lay_page;
pub use place::write;

use crate::progress;
use crate::project::root;
use crate::setup::Wasm;
use crate::stamp::{Stamp, files_below};
use anyhow::{Context, Result};
use compile::Build;
use links::WasmFile;
use page::{Builds, State};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

/// The wasm files that are built.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Which {
    All,
    /// All but those whose dependencies take minutes more, WebGPU and ndarray; without wasm-opt.
    Fast,
}

impl Which {
    fn has(self, file: &WasmFile) -> bool {
        self == Which::All || matches!(file.features.as_str(), "" | "relaxed-simd")
    }
}

/// The site as it is made and edited, with all files at the places that they have in www/; tsconfig.json
/// names it too.
pub fn site() -> PathBuf {
    root().join("target/site")
}

/// The site as it is deployed.
pub fn dist() -> PathBuf {
    root().join("dist")
}

/// Brings dist/ up to date.
pub fn build(wasm: &Wasm, which: Which) -> Result<()> {
    loop {
        let making = Site::new(wasm, site(), which)?;
        if making.complete(&|_| {})? {
            making.lay()?;
            return release::lay(&site(), &dist());
        }
        progress::line("    src/ has changed meanwhile: building it again");
    }
}

/// The additions of Trunk's hook to what Trunk itself leaves in `folder`.
pub fn finish(wasm: &Wasm, folder: &Path) -> Result<()> {
    let files = links::wasm_files()?;
    let mut states = Vec::new();
    for file in &files {
        let binary = folder.join(file.binary());
        let optimised = compile::optimise(wasm, file, &binary)?;
        let bytes = fs::copy(&optimised, &binary)?;
        states.push((file.name.clone(), State::Ready(bytes)));
    }
    Builds::new(folder, states).keep()?;
    add_others(folder)?;
    release::lay(folder, folder)
}

/// The parts of the site that are neither page nor wasm.
fn add_others(folder: &Path) -> Result<()> {
    licences::copy(folder)?;
    vendor::copy(folder)?;
    data::place(folder)
}

/// The site in the making, from the sources as they were when it was begun.
pub struct Site<'a> {
    wasm: &'a Wasm,
    folder: PathBuf,
    which: Which,
    files: Vec<WasmFile>,
    sources: Stamp,
    builds: Builds,
}

impl<'a> Site<'a> {
    /// The files that are already compiled are put into `folder`.
    pub fn new(wasm: &'a Wasm, folder: PathBuf, which: Which) -> Result<Site<'a>> {
        let sources = compile::sources(wasm)?;
        let (mut files, mut states) = (Vec::new(), Vec::new());
        for file in links::wasm_files()? {
            let build = Build::new(wasm, &file, &sources)?;
            let compiled = build.is_compiled();
            let earlier = folder.join(file.binary()).metadata();
            let state = match earlier {
                _ if compiled => State::Ready(build.place(&folder)?),
                // The page starts with the first file: an earlier one will do until it is replaced.
                Ok(earlier) if files.is_empty() => State::Ready(earlier.len()),
                _ if which.has(&file) => State::Compiling,
                _ => State::LeftOut,
            };
            states.push((file.name.clone(), state));
            if compiled || which.has(&file) {
                files.push(file);
            }
        }
        let builds = Builds::new(&folder, states);
        Ok(Site {
            wasm,
            folder,
            which,
            files,
            sources,
            builds,
        })
    }

    /// Lays everything but the wasm files that are still to be compiled.
    pub fn lay(&self) -> Result<()> {
        self.wasm.ready()?;
        page::lay(&self.folder)?;
        add_others(&self.folder)?;
        self.builds.keep()
    }

    /// The names of the files that are still to be compiled.
    pub fn missing(&self) -> Result<Vec<&str>> {
        let mut missing = Vec::new();
        for file in &self.files {
            if !self.build(file)?.is_compiled() {
                missing.push(file.name.as_str());
            }
        }
        Ok(missing)
    }

    /// Compiles the file that the page starts with, for everyone's engine.
    pub fn first(&self) -> Result<()> {
        let build = self.build(&self.files[0])?;
        if build.is_compiled() {
            return Ok(());
        }
        build.compile()?;
        self.bind(&build)
    }

    /// Compiles and optimises what is left, and tells of each file that has arrived. Other files
    /// are built after a failure too. Returns whether the sources have stayed as they were: else
    /// it stops early.
    pub fn complete(&self, arrived: &(dyn Fn(&str) + Sync)) -> Result<bool> {
        let (compiled, to_bind) = channel::<Build>();
        let (bound, to_optimise) = channel::<Build>();
        // wasm-bindgen and wasm-opt run on one core each, beside the next compilation.
        let (unchanged, results) = thread::scope(|scope| {
            let binder = scope.spawn(move || {
                each(to_bind, |build| {
                    if !build.is_compiled() {
                        self.bind(&build)?;
                        arrived(build.name());
                    }
                    if self.which == Which::All {
                        let _ = bound.send(build);
                    }
                    Ok(())
                })
            });
            let optimiser = scope.spawn(move || each(to_optimise, |build| self.optimise(&build)));
            let mut unchanged = Ok(true);
            let mut result = Ok(());
            for file in &self.files {
                unchanged = self.is_up_to_date();
                if !matches!(unchanged, Ok(true)) {
                    break;
                }
                result = result.and(self.build(file).and_then(|build| {
                    if !build.is_compiled() {
                        build.compile().inspect_err(|_| self.fail(&build))?;
                    }
                    let _ = compiled.send(build);
                    Ok(())
                }));
            }
            drop(compiled);
            let others =
                [binder, optimiser].map(|each| each.join().expect("it returns its errors"));
            (
                unchanged,
                [result].into_iter().chain(others).collect::<Result<()>>(),
            )
        });
        results?;
        if unchanged? {
            self.tidy()?;
            return Ok(true);
        }
        Ok(false)
    }

    fn is_up_to_date(&self) -> Result<bool> {
        Ok(compile::sources(self.wasm)?.as_str() == self.sources.as_str())
    }

    fn build<'s>(&'s self, file: &'s WasmFile) -> Result<Build<'s>> {
        Build::new(self.wasm, file, &self.sources)
    }

    /// Gives a compiled file its JavaScript, and puts both into the site.
    fn bind(&self, build: &Build) -> Result<()> {
        let placed = build.bind().and_then(|()| build.place(&self.folder));
        match placed {
            Ok(bytes) => self.builds.set(build.name(), State::Ready(bytes)),
            Err(error) => {
                self.fail(build);
                Err(error)
            }
        }
    }

    /// Says that a file could not be built, unless an earlier one is there for the page to go on with.
    fn fail(&self, build: &Build) {
        if !self.builds.is_ready(build.name()) {
            // What went wrong first is more to be told than this.
            let _ = self.builds.set(build.name(), State::Failed);
        }
    }

    fn optimise(&self, build: &Build) -> Result<()> {
        build.optimise()?;
        let bytes = build.place(&self.folder)?;
        self.builds.set(build.name(), State::Ready(bytes))
    }

    /// Removes what an earlier build left in the site and this one does not make.
    fn tidy(&self) -> Result<()> {
        let mut made = page::outputs()?;
        made.extend(
            licences::outputs()
                .chain(vendor::outputs())
                .map(PathBuf::from),
        );
        for file in &self.files {
            made.extend(self.build(file)?.outputs()?);
        }
        for file in files_below(&self.folder, &|_| false)? {
            let name = file.strip_prefix(&self.folder)?;
            if !name.starts_with("data") && !made.iter().any(|made| made == name) {
                fs::remove_file(&file)
                    .with_context(|| format!("cannot remove {}", file.display()))?;
            }
        }
        Ok(())
    }
}

/// Does the work on all builds although it may fail for one, and returns the first error.
fn each<'s>(builds: Receiver<Build<'s>>, work: impl Fn(Build<'s>) -> Result<()>) -> Result<()> {
    let mut result = Ok(());
    for build in builds {
        result = result.and(work(build));
    }
    result
}
