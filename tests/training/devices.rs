//! Devices: their names, and the adapters that are refused.

use vitpad::device::{Adapter, Request};

#[test]
fn request_names_survive_a_round_trip() {
    for (name, request) in [
        ("auto", Request::Auto),
        ("webgpu", Request::WebGpu),
        ("cpu", Request::Cpu),
        ("ndarray", Request::NdArray),
    ] {
        assert_eq!(name.parse(), Ok(request));
    }
    let message = "gpu".parse::<Request>().unwrap_err().to_string();
    assert_eq!(
        message,
        r#"unknown device "gpu", expected one of auto, webgpu, cpu, ndarray"#
    );
}

fn adapter(description: &str) -> Adapter {
    Adapter {
        description: description.into(),
        is_fallback: false,
        subgroup: 0,
        has_timestamp_query: true,
    }
}

#[test]
fn auto_refuses_software_adapters_that_webgpu_by_name_takes() {
    let by_flag = Adapter {
        is_fallback: true,
        ..adapter("Intel")
    };
    for software in [
        adapter("Google SwiftShader"),
        adapter("Mesa llvmpipe"),
        by_flag,
    ] {
        let refusal = software.check(Request::Auto).unwrap_err();
        assert_eq!(refusal.code(), "software-adapter");
        assert!(refusal.to_string().contains(&software.description));
        assert_eq!(software.check(Request::WebGpu), Ok(()));
    }
    assert_eq!(adapter("NVIDIA Ada").check(Request::Auto), Ok(()));
}

#[test]
fn without_timestamp_queries_only_our_own_kernels_run() {
    let old = Adapter {
        has_timestamp_query: false,
        ..adapter("NVIDIA Kepler")
    };
    assert_eq!(old.check(Request::Auto), Ok(()));
    assert_eq!(old.check_model(true), Ok(()));
    let refusal = old.check_model(false).unwrap_err();
    assert_eq!(refusal.code(), "missing-feature");
    assert_eq!(adapter("NVIDIA Ada").check_model(false), Ok(()));
}
