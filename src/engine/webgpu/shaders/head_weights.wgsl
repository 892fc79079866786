// Gradients of the head's parameters over a segment of images: an invocation for each width.
#read params: f32
#read step: u32
#read dlogits: f32
#read normal: f32
#write partial: f32
#include common

@compute @workgroup_size(GROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let d = id.x;
  if (d >= D) { return; }
  let first = id.y * step[2];
  let end = min(first + step[2], images());
  let out = id.y * PARAMETERS;
  let gain = params[GAIN + d];
  let shift = params[SHIFT + d];
  var dgain = 0.0;
  var dshift = 0.0;
  for (var c = 0u; c < C; c++) {
    let weight = params[WEIGHT + d * C + c];
    var dweight = 0.0;
    var dbias = 0.0;
    for (var image = first; image < end; image++) {
      let slope = dlogits[image * C + c];
      let x = normal[image * D + d];
      dweight = fma(fma(x, gain, shift), slope, dweight);
      dbias += slope;
      dgain = fma(x * slope, weight, dgain);
      dshift = fma(slope, weight, dshift);
    }
    partial[out + WEIGHT + d * C + c] = dweight;
    if (d == 0) { partial[out + BIAS + c] = dbias; }
  }
  partial[out + GAIN + d] = dgain;
  partial[out + SHIFT + d] = dshift;
}
