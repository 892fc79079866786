// Four values of a token of an image: a patch through the linear layer or the class token, and
// the position, into `y`.
fn embed(index: u32, at: u32) {
  if (index >= images()) { return; }
  let token = at / D4;
  let d = at % D4;
  var sum = params[CLASS + d];
  if (token > 0) {
    let square = token - 1;
    let corner = index * CHANNELS * SIDE * SIDE + (square / ACROSS * SIDE + square % ACROSS) * PATCH;
    sum = params[BIAS + d];
    for (var v = 0u; v < VALUES; v++) {
      let value = v / (PATCH * PATCH) * SIDE * SIDE + v / PATCH % PATCH * SIDE + v % PATCH;
      sum = fma(vec4f(image[corner + value]), params[WEIGHT + v * D4 + d], sum);
    }
  }
  sum += params[POSITIONS + at];
  let own = index * T * D4 + at;
  #if DROP
  sum *= keep(4 * own, place(0));
  #end
  y[own] = sum;
}
