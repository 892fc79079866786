use super::*;

/// Writes one benchmark's result as Criterion does.
fn benchmark(folder: &Path, name: &str, elements: Option<u64>, median: f64) {
    let folder = folder.join(name.replace([':', '/'], "_")).join("new");
    fs::create_dir_all(&folder).unwrap();
    let throughput = elements.map(|count| json!({ "Elements": count }));
    for (file, content) in [
        (
            "benchmark.json",
            json!({ "full_id": name, "throughput": throughput }),
        ),
        (
            "estimates.json",
            json!({ "median": { "point_estimate": median } }),
        ),
        (
            "sample.json",
            json!({ "iters": [1.0, 2.0, 3.0], "times": [900.0, 1000.0, 2400.0] }),
        ),
    ] {
        fs::write(folder.join(file), content.to_string()).unwrap();
    }
}

fn folder(name: &str) -> PathBuf {
    let folder = env::temp_dir().join(format!("vitpad-bench-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    folder
}

#[test]
fn medians_are_found_by_name_and_the_fastest_sample_is_the_limit() {
    let folder = folder("read");
    for (_, task, _) in MODES {
        for (_, ending) in LIBRARIES {
            benchmark(&folder, &format!("default: {task}, {ending}"), None, 2.5e6);
        }
    }
    benchmark(&folder, "limit/8 chains", Some(1_000), 800.0);
    benchmark(&folder, "limit/12 chains", Some(2_000), 800.0);
    let timings = timings(&folder).unwrap();
    let presets = ["default".to_owned()];
    let cells = cells(&presets, &timings).unwrap();
    assert_eq!(cells.len(), 4);
    assert_eq!(cells[0], cell("default", "train", 64, "vitpad", 2.5));
    assert_eq!(cells[3], cell("default", "infer", 1, "burn-flex", 2.5));
    assert!((limit(&timings).unwrap() - 2_000.0 / 500e-9).abs() < 1.0);

    let absent = super::cells(&["reference".to_owned()], &timings).unwrap_err();
    assert!(
        absent
            .to_string()
            .contains("reference: training step, kernel")
    );
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn pytorch_counts_for_the_presets_that_are_asked_for() {
    let times = json!({ "train": 80.0, "infer": 1.5 });
    let printed = json!({ "milliseconds": { "reference": times, "default": times } });
    let presets = ["default".to_owned()];
    assert_eq!(
        pytorch_cells(&presets, &Some(printed)),
        [
            cell("default", "train", 64, "pytorch", 80.0),
            cell("default", "infer", 1, "pytorch", 1.5),
        ]
    );
    assert!(pytorch_cells(&presets, &None).is_empty());
}

#[test]
fn only_whole_models_of_the_presets_and_the_limit_run() {
    let presets = ["reference".to_owned(), "default".to_owned()];
    assert_eq!(
        filter(&presets),
        "^(limit/|(reference|default): (training step|one image), )"
    );
}
