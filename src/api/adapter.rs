//! The browser's account of its graphics adapter, without the GPU stack.

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::crash::promise;
use super::object::{get, object};
use crate::device::{Adapter, Fallback, Request};

/// Asks the browser for a graphics adapter, cheaply: no device is made and no shader compiled.
#[wasm_bindgen(js_name = probeWebGpu, unchecked_return_type = "Promise<WebGpuReport>")]
pub fn probe_webgpu() -> Promise {
    promise(async { Ok(report(probe().await)) })
}

fn report(adapter: Result<Adapter, Fallback>) -> JsValue {
    let refusal = |request| match &adapter {
        Ok(adapter) => adapter.check(request).err(),
        Err(reason) => Some(reason.clone()),
    };
    let reason = refusal(Request::Auto);
    let detail = reason.as_ref().and_then(|r| r.detail().map(str::to_string));
    let text = |text: Option<String>| text.map_or(JsValue::NULL, JsValue::from);
    object(&[
        ("usable", refusal(Request::WebGpu).is_none().into()),
        (
            "software",
            adapter.as_ref().is_ok_and(Adapter::is_software).into(),
        ),
        (
            "description",
            adapter.map(|a| a.description).unwrap_or_default().into(),
        ),
        ("code", text(reason.as_ref().map(|r| r.code().to_string()))),
        ("detail", text(detail)),
        ("reason", text(reason.map(|r| r.to_string()))),
    ])
}

/// The adapter that burn-wgpu will be given.
pub async fn probe() -> Result<Adapter, Fallback> {
    let gpu = get(&get(&js_sys::global(), "navigator"), "gpu");
    let request: Function = get(&gpu, "requestAdapter")
        .dyn_into()
        .map_err(|_| Fallback::NoWebGpu)?;
    let options = object(&[("powerPreference", "high-performance".into())]);
    let promise = request.call1(&gpu, &options).map_err(refused)?;
    let adapter = JsFuture::from(Promise::resolve(&promise))
        .await
        .map_err(refused)?;
    if adapter.is_null() || adapter.is_undefined() {
        return Err(Fallback::NoAdapter);
    }
    Ok(describe(&adapter))
}

fn describe(adapter: &JsValue) -> Adapter {
    let info = get(adapter, "info");
    let names = ["description", "device", "vendor", "architecture"];
    let description = names
        .iter()
        .filter_map(|name| get(&info, name).as_string())
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    let features = get(adapter, "features");
    let has = |feature: &str| -> Option<bool> {
        let function: Function = get(&features, "has").dyn_into().ok()?;
        function.call1(&features, &feature.into()).ok()?.as_bool()
    };
    let subgroup = match has("subgroups") {
        Some(true) => get(&info, "subgroupMinSize").as_f64().unwrap_or(0.0),
        _ => 0.0,
    };
    Adapter {
        description: if description.is_empty() {
            "unnamed adapter".into()
        } else {
            description
        },
        is_fallback: [info, adapter.clone()]
            .iter()
            .any(|source| get(source, "isFallbackAdapter").is_truthy()),
        subgroup: subgroup as usize,
        has_timestamp_query: has("timestamp-query").unwrap_or(false),
    }
}

fn refused(error: JsValue) -> Fallback {
    let message = get(&error, "message").as_string();
    Fallback::RequestRefused(message.unwrap_or_else(|| format!("{error:?}")))
}
