use super::*;

const SITE: [(&str, &str); 12] = [
    (
        "index.html",
        "<link href=\"page/style.css\" /><script src=\"page/app.js\">",
    ),
    (
        "_headers",
        "/*\n  A: all\n\n# The page.\n/\n  B: page\n\n/workers/worker.js\n  B: worker\n",
    ),
    (
        "sw.js",
        "const release = { version: \"\", files: [], headers: {} };\n",
    ),
    ("manifest.webmanifest", "{}"),
    ("icons/icon.svg", "<svg />"),
    ("data/sets.json", "[]"),
    ("page/app.js", "1"),
    ("workers/worker.js", "2"),
    ("weights/default.safetensors", "3"),
    ("cpu_bg.wasm", "4"),
    ("cpu.js", "5"),
    ("cpu.d.ts", "6"),
];

/// A folder with a flat site, and one for the release.
fn folders(name: &str) -> (PathBuf, PathBuf) {
    let folder = std::env::temp_dir().join(format!("vitpad-release-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    let flat = folder.join("flat");
    for (name, text) in SITE {
        write(&flat.join(name), text.as_bytes()).unwrap();
    }
    (flat, folder.join("dist"))
}

fn laid(flat: &Path, dist: &Path) -> String {
    lay(flat, dist).unwrap();
    version(flat, &names(flat).unwrap()).unwrap()
}

#[test]
fn scripts_lie_in_the_folder_and_what_people_ask_for_at_the_root_too() {
    let (flat, dist) = folders("places");
    let version = laid(&flat, &dist);
    let mut expected: Vec<_> = SITE[..6]
        .iter()
        .map(|(name, _)| PathBuf::from(name))
        .collect();
    expected.extend(
        SITE[6..]
            .iter()
            .map(|(name, _)| Path::new(&version).join(name)),
    );
    for name in ["cpu.js", "cpu.d.ts", CHOICE, "weights/default.safetensors"] {
        expected.push(name.into());
    }
    expected.sort();
    assert_eq!(names(&dist).unwrap(), expected);
    assert_eq!(version.len(), VERSION_LENGTH);
    assert_eq!(
        read(&dist.join("index.html")).unwrap(),
        format!("<link href=\"{version}/page/style.css\" /><script src=\"{version}/page/app.js\">")
    );
    assert_eq!(
        read(&dist.join("cpu.js")).unwrap(),
        format!(
            "export * from \"./{version}/cpu.js\";\nexport {{ default }} from \"./{version}/cpu.js\";\n"
        )
    );
}

#[test]
fn headers_follow_their_files_and_the_service_worker_has_them() {
    let (flat, dist) = folders("headers");
    let version = laid(&flat, &dist);
    let headers = read(&dist.join("_headers")).unwrap();
    assert!(
        headers.contains(&format!("\n/{version}/workers/worker.js\n  B: worker\n")),
        "{headers}"
    );
    assert!(
        headers.contains(&format!(
            "\n/{version}/*\n  Cache-Control: public, max-age=31536000, immutable\n"
        )),
        "{headers}"
    );
    let script = read(&dist.join("sw.js")).unwrap();
    let filled = script.trim().strip_prefix("const release = ").unwrap();
    let filled: serde_json::Value = serde_json::from_str(filled.trim_end_matches(';')).unwrap();
    let worker = format!("{version}/workers/worker.js");
    let expected = serde_json::json!({
        "version": version,
        "files": ["page/app.js", "weights/default.safetensors", "workers/worker.js"],
        "headers": { "": { "A": "all", "B": "page" }, worker: { "A": "all", "B": "worker" } },
    });
    assert_eq!(filled, expected);
}

#[test]
fn another_content_gets_another_folder_and_the_one_before_goes() {
    let (flat, dist) = folders("update");
    let first = laid(&flat, &dist);
    assert_eq!(laid(&flat, &dist), first);
    fs::write(flat.join("data/sets.json"), "[\"mnist\"]").unwrap();
    assert_eq!(laid(&flat, &dist), first);
    fs::write(flat.join("page/app.js"), "other").unwrap();
    fs::create_dir_all(dist.join("left/over")).unwrap();
    let second = laid(&flat, &dist);
    assert_ne!(second, first);
    assert!(!dist.join(first).exists() && !dist.join("left").exists());
    assert_eq!(
        read(&dist.join(&second).join("page/app.js")).unwrap(),
        "other"
    );
    // The page alone changes what the service worker keeps.
    fs::write(
        flat.join("index.html"),
        "<script src=\"page/app.js\"></script>",
    )
    .unwrap();
    assert_ne!(laid(&flat, &dist), second);
}

#[test]
fn a_folder_becomes_a_release_in_its_place() {
    let (flat, dist) = folders("in-place");
    laid(&flat, &dist);
    lay(&flat, &flat).unwrap();
    assert_eq!(names(&flat).unwrap(), names(&dist).unwrap());
    for name in names(&dist).unwrap() {
        assert_eq!(
            fs::read(flat.join(&name)).unwrap(),
            fs::read(dist.join(&name)).unwrap(),
            "{}",
            name.display()
        );
    }
}
