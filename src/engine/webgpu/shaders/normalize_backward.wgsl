
struct Slopes { mean: f32, along: f32, scale: f32 }

// Sums that make the gradient of a norm's input from dnormed, that of its output: see `through`.
fn slopes(row: u32, count: u32, local: u32) -> Slopes {
  var sum = vec4f(0);
  var along = vec4f(0);
  for (var d = local % LANES; d < count; d += LANES) {
    let slope = dnormed[row * D4 + d] * params[NORM_WEIGHT + d];
    sum += slope;
    along = fma(slope, normal_at(row * D4 + d), along);
  }
  let both = group_sum(vec2f(total(sum), total(along)), local) / f32(D);
  return Slopes(both.x, both.y, scales[row]);
}

// The gradient of the norm's input.
fn through(row: u32, d: u32, s: Slopes) -> vec4f {
  let slope = dnormed[row * D4 + d] * params[NORM_WEIGHT + d];
  return (slope - s.mean - normal_at(row * D4 + d) * s.along) * s.scale;
}
#include group_sum
