// The class token, normalised, through a linear layer: a workgroup for each image.
#read params: f32
#read x: f32
#write logits: f32
#write normal: f32
#write scales: f32

var<workgroup> z: array<f32, D>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) workgroup_id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let image = workgroup_id.x;
  let token = image * T * D;
  let own = image * D;
  var sum = 0.0;
  for (var d = lane; d < D; d += WORKGROUP) { sum += x[token + d]; }
  let mean = summed(sum, lane) / f32(D);
  var squares = 0.0;
  for (var d = lane; d < D; d += WORKGROUP) {
    let centred = x[token + d] - mean;
    squares = fma(centred, centred, squares);
  }
  let scale = 1 / sqrt(summed(squares, lane) / f32(D) + EPS);
  for (var d = lane; d < D; d += WORKGROUP) {
    let value = (x[token + d] - mean) * scale;
    normal[own + d] = value;
    z[d] = fma(value, params[NORM_WEIGHT + d], params[NORM_BIAS + d]);
  }
  if (lane == 0) { scales[image] = scale; }
  workgroupBarrier();
  for (var c = lane; c < C; c += WORKGROUP) {
    var logit = params[BIAS + c];
    for (var d = 0u; d < D; d++) { logit = fma(z[d], params[WEIGHT + d * C + c], logit); }
    logits[image * C + c] = logit;
  }
}
#include summed
