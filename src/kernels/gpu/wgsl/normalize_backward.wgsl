
struct Slopes { mean: f32, along: f32, scale: f32 }

// What the gradient of a norm's input is made of, from dnormed, that of its output: see `through`.
fn slopes(row: u32) -> Slopes {
  var sum = vec4f(0);
  var along = vec4f(0);
  for (var d = 0u; d < D4; d++) {
    let slope = dnormed[row * D4 + d] * params[GAIN + d];
    sum += slope;
    along = fma(slope, normal_at(row * D4 + d), along);
  }
  return Slopes(total(sum) / f32(D), total(along) / f32(D), scales[row]);
}

// The gradient of the norm's input.
fn through(row: u32, d: u32, s: Slopes) -> vec4f {
  let slope = dnormed[row * D4 + d] * params[GAIN + d];
  return (slope - s.mean - normal_at(row * D4 + d) * s.along) * s.scale;
}
