// Patches through a linear layer, the class token before them, positions added.
#read params: vec4f
#read step: u32
#read image: f32
#write y: vec4f
#include common

@compute @workgroup_size(GROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = id.x / D4;
  let d = id.x % D4;
  if (row >= images() * T) { return; }
  let token = row % T;
  var sum = params[CLASS + d];
  if (token > 0) {
    let square = token - 1;
    let corner = (row / T) * CHANNELS * SIDE * SIDE + (square / ACROSS * SIDE + square % ACROSS) * PATCH;
    sum = params[BIAS + d];
    for (var v = 0u; v < VALUES; v++) {
      let at = v / (PATCH * PATCH) * SIDE * SIDE + v / PATCH % PATCH * SIDE + v % PATCH;
      sum = fma(vec4f(image[corner + at]), params[WEIGHT + v * D4 + d], sum);
    }
  }
  sum += params[POSITIONS + token * D4 + d];
  #if DROP
  sum *= keep(4 * id.x, place(0));
  #end
  y[id.x] = sum;
}
