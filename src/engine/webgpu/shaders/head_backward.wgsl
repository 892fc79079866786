// From the logits' gradient to that of the class tokens: a workgroup for each image.
#read params: f32
#read dlogits: f32
#read normal: f32
#read scales: f32
#write dx: f32

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) workgroup_id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let image = workgroup_id.x;
  let token = image * T * D;
  let own = image * D;
  var sum = 0.0;
  var along = 0.0;
  for (var d = lane; d < D; d += WORKGROUP) {
    var slope = 0.0;
    for (var c = 0u; c < C; c++) {
      slope = fma(dlogits[image * C + c], params[WEIGHT + d * C + c], slope);
    }
    slope *= params[NORM_WEIGHT + d];
    sum += slope;
    along = fma(slope, normal[own + d], along);
    dx[token + d] = slope;
  }
  let mean = summed(sum, lane) / f32(D);
  let slope = summed(along, lane) / f32(D);
  for (var d = lane; d < D; d += WORKGROUP) {
    dx[token + d] = (dx[token + d] - mean - normal[own + d] * slope) * scales[image];
  }
}
#include summed
