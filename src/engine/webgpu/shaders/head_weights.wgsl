// Gradients of the head's parameters over a segment of images: an invocation for each width.
#read params: f32
#read uniforms: u32
#read dlogits: f32
#read normal: f32
#write partial: f32
#include common

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let d = id.x;
  if (d >= D) { return; }
  let first = id.y * uniforms[2];
  let end = min(first + uniforms[2], images());
  let out = id.y * PARAMETERS;
  let norm_weight = params[NORM_WEIGHT + d];
  let norm_bias = params[NORM_BIAS + d];
  var dnorm_weight = 0.0;
  var dnorm_bias = 0.0;
  for (var c = 0u; c < C; c++) {
    let weight = params[WEIGHT + d * C + c];
    var dweight = 0.0;
    var dbias = 0.0;
    for (var image = first; image < end; image++) {
      let slope = dlogits[image * C + c];
      let x = normal[image * D + d];
      dweight = fma(fma(x, norm_weight, norm_bias), slope, dweight);
      dbias += slope;
      dnorm_weight = fma(x * slope, weight, dnorm_weight);
      dnorm_bias = fma(slope, weight, dnorm_bias);
    }
    partial[out + WEIGHT + d * C + c] = dweight;
    if (d == 0) { partial[out + BIAS + c] = dbias; }
  }
  partial[out + NORM_WEIGHT + d] = dnorm_weight;
  partial[out + NORM_BIAS + d] = dnorm_bias;
}
