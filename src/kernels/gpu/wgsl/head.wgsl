// The class token, normalised, through a linear layer.
#read params: f32
#read step: u32
#read x: f32
#write logits: f32
#write normal: f32
#write scales: f32
#include common

@compute @workgroup_size(GROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let image = id.x;
  if (image >= images()) { return; }
  let token = image * T * D;
  let own = image * D;
  var sum = 0.0;
  for (var d = 0u; d < D; d++) { sum += x[token + d]; }
  let mean = sum / f32(D);
  var squares = 0.0;
  for (var d = 0u; d < D; d++) {
    let centred = x[token + d] - mean;
    squares = fma(centred, centred, squares);
  }
  let scale = 1 / sqrt(squares / f32(D) + EPS);
  for (var d = 0u; d < D; d++) { normal[own + d] = (x[token + d] - mean) * scale; }
  scales[image] = scale;
  for (var c = 0u; c < C; c++) {
    var logit = params[BIAS + c];
    for (var d = 0u; d < D; d++) {
      let z = fma(normal[own + d], params[GAIN + d], params[SHIFT + d]);
      logit = fma(z, params[WEIGHT + d * C + c], logit);
    }
    logits[image * C + c] = logit;
  }
}
