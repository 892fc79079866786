// From the product in y: with bias, dropout and residual, and normalised; for post-norm that is y.
// An invocation takes its share of a token's `count` values.
fn finish(row: u32, count: u32, local: u32) {
  #if DROP
  let key = place(PLACE);
  #end
  for (var d = local % LANES; d < count; d += LANES) {
    let at = row * D4 + d;
    var sum = y[at] + params[BIAS + d];
    #if DROP
    sum *= keep(4 * (row * D4 + d), key);
    #end
    y[at] = sum + residual[at];
  }
  normalize(row, count, local);
  #if POST
  for (var d = local % LANES; d < count; d += LANES) {
    let at = row * D4 + d;
    y[at] = fma(normal[at], params[NORM_WEIGHT + d], params[NORM_BIAS + d]);
  }
  #end
}
#include normalize
