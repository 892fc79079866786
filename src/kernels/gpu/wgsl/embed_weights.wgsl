// Gradients of the patch embedding over a segment of images: first positions with the class token,
// then the linear layer, four outputs to an invocation.
#read step: u32
#read image: f32
#read dx: vec4f
#write partial: f32
#include common

fn put(at: u32, value: vec4f) {
  #for c in 4
  partial[at + $c] = value[$c];
  #end
}

@compute @workgroup_size(GROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let first = id.y * step[2];
  let end = min(first + step[2], images());
  let out = id.y * PARAMETERS;
  #if DROP
  let key = place(0);
  #end
  let d = id.x % D4;
  if (id.x < T * D4) {
    var sum = vec4f(0);
    for (var b = first; b < end; b++) {
      let at = b * T * D4 + id.x;
      #if DROP
      sum += dx[at] * keep(4 * at, key);
      #else
      sum += dx[at];
      #end
    }
    put(out + 4 * (POSITIONS + id.x), sum);
    if (id.x < D4) { put(out + 4 * (CLASS + id.x), sum); }
    return;
  }
  let v = id.x / D4 - T;
  if (v >= VALUES) { return; }
  let pixel = v / (PATCH * PATCH) * SIDE * SIDE + v / PATCH % PATCH * SIDE + v % PATCH;
  var sum = vec4f(0);
  var dbias = vec4f(0);
  for (var b = first; b < end; b++) {
    for (var square = 0u; square < T - 1; square++) {
      let at = (b * T + 1 + square) * D4 + d;
      #if DROP
      let slope = dx[at] * keep(4 * at, key);
      #else
      let slope = dx[at];
      #end
      let corner = b * CHANNELS * SIDE * SIDE + (square / ACROSS * SIDE + square % ACROSS) * PATCH;
      sum = fma(vec4f(image[corner + pixel]), slope, sum);
      dbias += slope;
    }
  }
  put(out + 4 * (WEIGHT + v * D4 + d), sum);
  if (v == 0) { put(out + 4 * (BIAS + d), dbias); }
}
