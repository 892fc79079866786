// From the logits' gradient to that of the head's input, which is zero but for class tokens.
#read params: f32
#read step: u32
#read dlogits: f32
#read normal: vec4f
#read scales: f32
#write dx: vec4f
#include common

@compute @workgroup_size(GROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= images() * T) { return; }
  if (id.x % T > 0) {
    for (var d = 0u; d < D4; d++) { dx[id.x * D4 + d] = vec4f(0); }
    return;
  }
  let row0 = id.x / T;
  #for d in D4
  var v0_$d = vec4f(0);
  #end
  for (var c = 0u; c < C; c++) {
    let slope = dlogits[row0 * C + c];
    #for d in D4
    #for i in 4
    v0_$d[$i] = fma(slope, params[WEIGHT + (4 * $d + $i) * C + c], v0_$d[$i]);
    #end
    #end
  }
  var sum = vec4f(0);
  var slopes = vec4f(0);
  #for d in D4
  #for i in 4
  v0_$d[$i] *= params[GAIN + 4 * $d + $i];
  #end
  sum += v0_$d;
  slopes = fma(v0_$d, normal[row0 * D4 + $d], slopes);
  #end
  let mean = total(sum) / f32(D);
  let slope = total(slopes) / f32(D);
  #for d in D4
  dx[id.x * D4 + $d] = (v0_$d - mean - normal[row0 * D4 + $d] * slope) * scales[row0];
  #end
}
