
// normal = (y - mean) · scale of a token, where scale is 1 / √(variance + eps).
fn normalize(row: u32) {
  var sum = vec4f(0);
  for (var d = row * D4; d < (row + 1) * D4; d++) { sum += y[d]; }
  let mean = total(sum) / f32(D);
  var squares = vec4f(0);
  for (var d = row * D4; d < (row + 1) * D4; d++) {
    let centred = y[d] - mean;
    squares = fma(centred, centred, squares);
  }
  let scale = 1 / sqrt(total(squares) / f32(D) + EPS);
  for (var d = row * D4; d < (row + 1) * D4; d++) { normal[d] = (y[d] - mean) * scale; }
  scales[row] = scale;
}
