
// normal = (y - mean) · scale of a token, where scale is 1 / √(variance + eps).
fn normalize(row: u32, count: u32, local: u32) {
  let lane = local % LANES;
  var sum = vec4f(0);
  for (var d = lane; d < count; d += LANES) { sum += y[row * D4 + d]; }
  let mean = group_sum(vec2f(total(sum), 0), local).x / f32(D);
  var squares = vec4f(0);
  for (var d = lane; d < count; d += LANES) {
    let centred = y[row * D4 + d] - mean;
    squares = fma(centred, centred, squares);
  }
  let scale = 1 / sqrt(group_sum(vec2f(total(squares), 0), local).x / f32(D) + EPS);
  for (var d = lane; d < count; d += LANES) { normal[row * D4 + d] = (y[row * D4 + d] - mean) * scale; }
  if (lane == 0 && count > 0) { scales[row] = scale; }
}
#include group_sum
