//! Keeps the promises of the architecture: which module may know what, and how long a file gets.
#![cfg(not(target_arch = "wasm32"))]

mod rules;

use std::fs;
use std::path::{Path, PathBuf};

use rules::RULES;

const MOST_LINES: usize = 300;

#[test]
fn modules_know_only_what_they_may() {
    let mut broken = Vec::new();
    for rule in &RULES {
        for file in files("src", &["rs"]) {
            let name = name(&file);
            let belongs = |place: &&str| name == **place || name.starts_with(&format!("{place}/"));
            if !rule.about.iter().any(belongs) || rule.except.iter().any(belongs) {
                continue;
            }
            for path in paths(&read(&file)) {
                if rule
                    .forbidden
                    .iter()
                    .any(|forbidden| is_within(&path, forbidden))
                {
                    broken.push(format!("{name} names `{path}`"));
                }
            }
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn only_the_device_module_asks_for_features() {
    let exempt = |name: &str| {
        // The engine of WebGPU is made of what the feature brings.
        matches!(name, "src/device.rs" | "src/lib.rs" | "src/engine/webgpu.rs")
            || name == "src/engine.rs"
            // The CPU's file loads nothing of WebGPU.
            || name == "src/api.rs"
            // An instruction that not every browser has.
            || name == "src/engine/cpu/simd/instructions.rs"
            || name.starts_with("src/device/")
            || name.starts_with("src/bin/")
    };
    for file in files("src", &["rs"]) {
        let name = name(&file);
        let code = without_comments(&read(&file));
        let asks = code.contains("cfg") && code.contains("feature =");
        assert!(exempt(&name) || !asks, "{name} has a cfg(feature)");
    }
}

#[test]
fn one_module_imports_wasm_and_one_starts_workers() {
    let page = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("www/index.html"));
    let bins = page.split("data-bin=\"").skip(1);
    let mut modules: Vec<_> = bins
        .filter_map(|rest| Some(format!("/{}.js", rest.split('"').next()?)))
        .collect();
    assert!(modules.contains(&"/cpu.js".to_owned()), "{modules:?}");
    // A module whose name is put together.
    modules.push("import(`".to_owned());
    for file in files("www", &["js"]) {
        let name = name(&file);
        // Types are imported in comments.
        let code = read(&file);
        let code = code
            .lines()
            .filter(|line| !line.trim_start().starts_with(['*', '/']));
        for line in code {
            // It is imported by workers: a page that computed would not answer meanwhile.
            let wasm = modules.iter().any(|module| line.contains(module));
            assert!(
                !wasm || name == "www/workers/wasm.js",
                "{name} imports wasm: {line}"
            );
            // A worker that crashes must not leave promises hanging: it is seen to there.
            assert!(
                !line.contains("new Worker(") || name == "www/shared/rpc.js",
                "{name} starts a worker: {line}"
            );
        }
    }
}

#[test]
fn only_workers_load_wasm() {
    let workers = ["www/workers/worker.js", "www/workers/train/worker.js"];
    for file in files("www", &["js"]) {
        let name = name(&file);
        let code = read(&file);
        let loads = code
            .lines()
            .any(|line| line.starts_with("import ") && line.contains("/wasm.js\""));
        assert!(
            !loads || workers.contains(&&*name),
            "{name} is no worker, and imports wasm.js"
        );
    }
}

/// What runs on the page, in workers and in both lies apart, and each imports its own and what both
/// have. Types may come from anywhere: they are gone at run time.
#[test]
fn each_thread_imports_its_own_and_what_both_have() {
    let mut broken = Vec::new();
    for (folder, others) in [
        ("www/page", &["/workers/"][..]),
        ("www/workers", &["/page/"]),
        ("www/shared", &["/page/", "/workers/"]),
    ] {
        for file in files(folder, &["js"]) {
            let code = read(&file);
            let imports = code.lines().filter(|line| {
                let is_comment = line.trim_start().starts_with(['*', '/']);
                !is_comment && (line.contains(" from \"") || line.contains("import("))
            });
            for import in imports {
                if others.iter().any(|other| import.contains(other)) {
                    broken.push(format!("{}: {import}", name(&file)));
                }
            }
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

/// JavaScript asks wasm to read and write IDX files, of which it knows no byte.
#[test]
fn only_rust_knows_idx() {
    for file in files("www", &["js"]) {
        let code = read(&file);
        for magic in ["0x803", "0x801", "2051", "2049"] {
            assert!(!code.contains(magic), "{} has {magic}", name(&file));
        }
    }
}

#[test]
fn files_stay_short() {
    let mut long = Vec::new();
    for folder in ["src", "www", "tests", "examples", "xtask"] {
        for file in files(folder, &["rs", "js", "mjs", "css"]) {
            let lines = read(&file).lines().count();
            // A language is one list.
            if lines > MOST_LINES && !name(&file).starts_with("www/words/") {
                long.push(format!(
                    "{} has {lines} lines, more than {MOST_LINES}",
                    name(&file)
                ));
            }
        }
    }
    assert!(long.is_empty(), "\n{}", long.join("\n"));
}

#[test]
fn grouped_imports_are_seen() {
    let code = "use crate::{config::VitConfig, data::{idx, batch::Batch as B}};\n// use burn::x\n\
                fn f() -> js_sys::Array { todo!() }\n";
    let found = paths(code);
    for path in [
        "crate::config::VitConfig",
        "crate::data::idx",
        "crate::data::batch::Batch",
        "js_sys::Array",
    ] {
        assert!(
            found.iter().any(|each| each == path),
            "{path} is not in {found:?}"
        );
    }
    assert!(
        !found.iter().any(|each| is_within(each, "burn")),
        "{found:?}"
    );
}

/// Whether `path` is `module` or something in it.
fn is_within(path: &str, module: &str) -> bool {
    path.strip_prefix(module)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// Every path and word of the code, and each import in full.
fn paths(text: &str) -> Vec<String> {
    let code = without_comments(text);
    let not_path = |c: char| !(c.is_alphanumeric() || c == '_' || c == ':');
    let mut paths: Vec<_> = code.split(not_path).map(str::to_owned).collect();
    for import in code.split("use ").skip(1) {
        if let Some((tree, _)) = import.split_once(';') {
            flatten("", tree, &mut paths);
        }
    }
    paths
}

/// Writes out an import tree: `a::{b, c::{d, e}}` is `a::b`, `a::c::d` and `a::c::e`.
fn flatten(prefix: &str, tree: &str, paths: &mut Vec<String>) {
    let tree = tree.trim();
    let Some((head, rest)) = tree.split_once('{') else {
        let path = tree.split_whitespace().next().unwrap_or("");
        paths.push(format!("{prefix}{path}"));
        return;
    };
    let prefix = format!("{prefix}{}", head.trim());
    let group = rest.trim_end().strip_suffix('}').unwrap_or(rest);
    let (mut depth, mut start) = (0, 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                flatten(&prefix, &group[start..at], paths);
                start = at + 1;
            }
            _ => {}
        }
    }
    flatten(&prefix, &group[start..], paths);
}

fn without_comments(text: &str) -> String {
    let code = text
        .lines()
        .map(|line| line.split("//").next().unwrap_or(""));
    code.collect::<Vec<_>>().join("\n")
}

fn files(folder: &str, extensions: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for path in entries.flatten().map(|entry| entry.path()) {
            let extension = path.extension().and_then(|extension| extension.to_str());
            if path.is_dir() && !path.ends_with("node_modules") {
                folders.push(path);
            } else if extension.is_some_and(|extension| extensions.contains(&extension)) {
                found.push(path);
            }
        }
    }
    found
}

fn name(file: &Path) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    file.strip_prefix(root)
        .unwrap_or(file)
        .to_string_lossy()
        .replace('\\', "/")
}

fn read(file: &Path) -> String {
    fs::read_to_string(file)
        .unwrap_or_else(|error| panic!("cannot read {}: {error}", file.display()))
}
