// Gradients of the patch embedding over a segment of images: first positions with the class token,
// then the linear layer, four outputs to SPLIT invocations, which take turns at patches.
#read uniforms: u32
#read image: f32
#read dx: vec4f
#write partial: f32
#include common

fn put(at: u32, value: vec4f) {
  #for c in 4
  partial[at + $c] = value[$c];
  #end
}

const WORKGROUPS = (T * D4 + WORKGROUP - 1) / WORKGROUP;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) workgroup_id: vec3u, @builtin(local_invocation_index) local: u32) {
  let first = workgroup_id.y * uniforms[2];
  let end = min(first + uniforms[2], images());
  let out = workgroup_id.y * PARAMETERS;
  #if DROP
  let key = place(0);
  #end
  if (workgroup_id.x < WORKGROUPS) {
    let own = min(workgroup_id.x * WORKGROUP + local, T * D4 - 1);
    var sum = vec4f(0);
    for (var b = first; b < end; b++) {
      let at = b * T * D4 + own;
      #if DROP
      sum += dx[at] * keep(4 * at, key);
      #else
      sum += dx[at];
      #end
    }
    put(out + 4 * (POSITIONS + own), sum);
    if (own < D4) { put(out + 4 * (CLASS + own), sum); }
    return;
  }
  let own = min((workgroup_id.x - WORKGROUPS) * TILES + local % TILES, VALUES * D4 - 1);
  let d = own % D4;
  let v = own / D4;
  let pixel = v / (PATCH * PATCH) * SIDE * SIDE + v / PATCH % PATCH * SIDE + v % PATCH;
  var sum = vec4f(0);
  var dbias = vec4f(0);
  for (var b = first; b < end; b++) {
    for (var square = local / TILES; square < T - 1; square += SPLIT) {
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
  sum = gathered(sum, local);
  dbias = gathered(dbias, local);
  put(out + 4 * (WEIGHT + own), sum);
  if (v == 0) { put(out + 4 * (BIAS + d), dbias); }
}
#include gathered
