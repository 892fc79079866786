// From the product in y: with bias, dropout and residual, and normalised; for post-norm that is y.
fn finish(row: u32) {
  #if DROP
  let key = place(PLACE);
  #end
  for (var d = 0u; d < D4; d++) {
    let at = row * D4 + d;
    var sum = y[at] + params[BIAS + d];
    #if DROP
    sum *= keep(4 * (row / gap() * D4 + d), key);
    #end
    y[at] = sum + residual[at];
  }
  normalize(row);
  #if POST
  for (var d = 0u; d < D4; d++) {
    let at = row * D4 + d;
    y[at] = fma(normal[at], params[GAIN + d], params[SHIFT + d]);
  }
  #end
}
#include normalize
