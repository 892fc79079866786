
// normal = (y - mean) · scale of a token, where scale is 1 / √(variance + eps).
fn normalize(row: u32, count: u32, local: u32) {
  let lane = local % TEAM;
  var sum = vec4f(0);
  for (var d = lane; d < count; d += TEAM) { sum += y[row * D4 + d]; }
  let mean = of_party(vec2f(total(sum), 0), local).x / f32(D);
  var squares = vec4f(0);
  for (var d = lane; d < count; d += TEAM) {
    let centred = y[row * D4 + d] - mean;
    squares = fma(centred, centred, squares);
  }
  let scale = 1 / sqrt(of_party(vec2f(total(squares), 0), local).x / f32(D) + EPS);
  for (var d = lane; d < count; d += TEAM) { normal[row * D4 + d] = (y[row * D4 + d] - mean) * scale; }
  if (lane == 0 && count > 0) { scales[row] = scale; }
}
#include of_party
