// From the logits' gradient to that of the head's input, which is zero but for class tokens.
#read params: f32
#read step: u32
#read dlogits: f32
#read normal: f32
#read scales: f32
#write dx: f32
#include common

@compute @workgroup_size(GROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= images() * T) { return; }
  let token = id.x * D;
  if (id.x % T > 0) {
    for (var d = 0u; d < D; d++) { dx[token + d] = 0; }
    return;
  }
  let image = id.x / T;
  let own = image * D;
  var sum = 0.0;
  var along = 0.0;
  for (var d = 0u; d < D; d++) {
    var slope = 0.0;
    for (var c = 0u; c < C; c++) {
      slope = fma(dlogits[image * C + c], params[WEIGHT + d * C + c], slope);
    }
    slope *= params[GAIN + d];
    sum += slope;
    along = fma(slope, normal[own + d], along);
    dx[token + d] = slope;
  }
  let mean = sum / f32(D);
  let slope = along / f32(D);
  for (var d = 0u; d < D; d++) {
    dx[token + d] = (dx[token + d] - mean - normal[own + d] * slope) * scales[image];
  }
}
