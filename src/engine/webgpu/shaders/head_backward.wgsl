// From the logits' gradient to that of the class tokens: a workgroup for each image.
#read params: f32
#read dlogits: f32
#read normal: f32
#read scales: f32
#write dx: f32

const LANES = GROUP;

@compute @workgroup_size(GROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let image = group.x;
  let token = image * T * D;
  let own = image * D;
  var sum = 0.0;
  var along = 0.0;
  for (var d = lane; d < D; d += LANES) {
    var slope = 0.0;
    for (var c = 0u; c < C; c++) {
      slope = fma(dlogits[image * C + c], params[WEIGHT + d * C + c], slope);
    }
    slope *= params[GAIN + d];
    sum += slope;
    along = fma(slope, normal[own + d], along);
    dx[token + d] = slope;
  }
  let mean = summed(sum, lane) / f32(D);
  let slope = summed(along, lane) / f32(D);
  for (var d = lane; d < D; d += LANES) {
    dx[token + d] = (dx[token + d] - mean - normal[own + d] * slope) * scales[image];
  }
}
#include summed
