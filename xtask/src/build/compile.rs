//! One wasm file: compiled by cargo, given its JavaScript by wasm-bindgen, made smaller by wasm-opt.
//! Results are kept in target/xtask by what they were made of, and put into the site whole.

use super::links::WasmFile;
use super::place::place;
use crate::process::{output, run_in, run_quiet};
use crate::progress::step;
use crate::project::{self, root};
use crate::setup::toolchain::TARGET;
use crate::setup::{Wasm, npm};
use crate::stamp::{Stamp, files_below, sha256};
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// The features that rustc lets every wasm file use today; wasm-opt must be told.
const WASM_FEATURES: [&str; 7] = [
    "--enable-simd",
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

const ADVICE: &str = "what the compiler says is above. If it is not about code that you changed, \
    see `cargo xtask doctor`; `rm -r target/wasm` makes the next build start anew";

/// A stamp over the compiler and every file that can change a wasm file.
pub fn sources(wasm: &Wasm) -> Result<Stamp> {
    let single = ["Cargo.toml", "Cargo.lock", ".cargo/config.toml"];
    let mut files: Vec<_> = single.iter().map(|file| root().join(file)).collect();
    files.extend(files_below(&root().join("src"), &|_| false)?);
    Ok(Stamp::of_files(&files)?.and(&output(wasm.command("rustc").arg("-vV"))?))
}

/// A wasm file on its way to the site.
pub struct Build<'a> {
    wasm: &'a Wasm,
    file: &'a WasmFile,
    sources: &'a Stamp,
    /// The stamp of the sources, and of how the file is made of them.
    stamp: Stamp,
    /// The folder where its results are kept.
    home: PathBuf,
}

impl<'a> Build<'a> {
    pub fn new(wasm: &'a Wasm, file: &'a WasmFile, sources: &'a Stamp) -> Result<Build<'a>> {
        Ok(Build {
            wasm,
            file,
            sources,
            stamp: Stamp::of_files(&[])?.and(&format!("{} {file:?}", sources.as_str())),
            home: project::state_dir()?.join("wasm").join(&file.name),
        })
    }

    pub fn name(&self) -> &str {
        &self.file.name
    }

    /// Whether there is nothing to compile.
    pub fn is_compiled(&self) -> bool {
        self.stamp.matches(&self.home.join("stamp"))
            && self.bindings().join(self.file.binary()).exists()
    }

    /// Compiles the file, as far as cargo does.
    pub fn compile(&self) -> Result<()> {
        let WasmFile {
            name,
            features,
            profile,
            ..
        } = self.file;
        let mut cargo = self.wasm.command("cargo");
        cargo.args(["build", "--locked", "--target", TARGET, "--bin", name]);
        cargo.args(["--profile", profile, "--features", features]);
        step(name, |step| run_in(step, &mut cargo)).context(ADVICE)
    }

    /// Makes the JavaScript of the compiled file, once wasm-bindgen is there.
    pub fn bind(&self) -> Result<()> {
        self.wasm.ready()?;
        let name = &self.file.name;
        let half_done = self.home.join("half-done");
        let _ = fs::remove_dir_all(&half_done);
        let mut bindgen = self.wasm.command("wasm-bindgen");
        bindgen.args(["--target", "web", "--out-name", name, "--out-dir"]);
        let folder = project::wasm_target_dir().join(TARGET);
        let compiled = folder.join(&self.file.profile).join(format!("{name}.wasm"));
        run_quiet(bindgen.arg(&half_done).arg(compiled))?;
        // Types of what the JavaScript alone calls.
        fs::remove_file(half_done.join(format!("{}.d.ts", self.file.binary())))?;
        let _ = fs::remove_dir_all(self.bindings());
        fs::rename(&half_done, self.bindings())?;
        // Who saves a file while it is compiled gets it compiled again.
        match sources(self.wasm)?.as_str() == self.sources.as_str() {
            true => self.stamp.keep(&self.home.join("stamp")),
            false => Ok(()),
        }
    }

    /// The folder of the JavaScript, its types, and the wasm file as wasm-bindgen leaves it.
    fn bindings(&self) -> PathBuf {
        self.home.join("bindings")
    }

    /// The names in the site of the file and of all that goes with it.
    pub fn outputs(&self) -> Result<Vec<PathBuf>> {
        let folder = self.bindings();
        let files = files_below(&folder, &|_| false)?.into_iter();
        Ok(files
            .filter_map(|file| Some(file.strip_prefix(&folder).ok()?.to_owned()))
            .collect())
    }

    /// Puts the file and its JavaScript into `site`; returns its bytes. It is the one that wasm-opt
    /// made where there is one.
    pub fn place(&self, site: &Path) -> Result<u64> {
        let binary = self.file.binary();
        let optimised = optimised(self.file, &self.bindings().join(&binary))?;
        for name in self.outputs()? {
            let is_binary = name == Path::new(&binary);
            let kept = self.bindings().join(&name);
            let from = if is_binary && optimised.exists() {
                &optimised
            } else {
                &kept
            };
            place(from, &site.join(&name))?;
        }
        let placed = site.join(&binary);
        Ok(placed
            .metadata()
            .with_context(|| format!("no {}", placed.display()))?
            .len())
    }

    pub fn optimise(&self) -> Result<()> {
        optimise(
            self.wasm,
            self.file,
            &self.bindings().join(self.file.binary()),
        )
        .map(drop)
    }
}

/// Optimises `built`, one of `file`'s, unless that was done before; returns where the result is.
pub fn optimise(wasm: &Wasm, file: &WasmFile, built: &Path) -> Result<PathBuf> {
    let result = optimised(file, built)?;
    if result.exists() {
        return Ok(result);
    }
    let folder = result.parent().context("a result lies in a folder")?;
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder)?;
    let half_done = folder.join("half-done");
    let mut wasm_opt = wasm.command("wasm-opt");
    wasm_opt.arg(built).args(&file.wasm_opt).args(WASM_FEATURES);
    wasm_opt.arg("-o").arg(&half_done);
    step(&format!("wasm-opt {}", file.name), |_| {
        run_quiet(&mut wasm_opt)
    })?;
    fs::rename(&half_done, &result)?;
    Ok(result)
}

/// The path of wasm-opt's result for these bytes. It takes minutes, so it is kept by content.
fn optimised(file: &WasmFile, built: &Path) -> Result<PathBuf> {
    let bytes = fs::read(built).with_context(|| format!("cannot read {}", built.display()))?;
    let version = npm::locked_version("binaryen")?;
    let options = &file.wasm_opt;
    let key =
        sha256(format!("{options:?} {version} {WASM_FEATURES:?} {}", sha256(&bytes)).as_bytes());
    Ok(project::state_dir()?
        .join("wasm-opt")
        .join(file.binary())
        .join(key))
}
