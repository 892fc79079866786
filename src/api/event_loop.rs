//! The event loop, which a long computation has to let run.

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::MessageChannel;

use super::object::get;

/// Lets other events in, which promises alone would starve: messages, timers, clicks. A message
/// to oneself comes back at once, a timer may be made to wait.
pub async fn yield_now() {
    let Ok(channel) = MessageChannel::new() else {
        return;
    };
    let port = channel.port1();
    let message = Promise::new(&mut |resolve, _| {
        port.set_onmessage(Some(&resolve));
        // A failure would only mean that nothing else runs; nothing is transferred, so there is none.
        if channel.port2().post_message(&JsValue::NULL).is_err() {
            let _ = resolve.call0(&JsValue::UNDEFINED);
        }
    });
    let _ = JsFuture::from(message).await;
    port.close();
}

/// Rejects with the reason of an `AbortSignal` that is aborted.
pub fn check_abort(signal: &JsValue) -> Result<(), JsValue> {
    if get(signal, "aborted").is_truthy() {
        return Err(get(signal, "reason"));
    }
    Ok(())
}
