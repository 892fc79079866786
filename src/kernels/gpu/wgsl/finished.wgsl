
fn finish(row: u32) {
  #if DROP
  let key = place(PLACE);
  #end
  for (var d = 0u; d < D4; d++) {
    let at = row * D4 + d;
    var sum = y[at] + params[BIAS + d];
    #if DROP
    sum *= keep(4 * at, key);
    #end
    y[at] = sum + vec4f(residual[4 * at], residual[4 * at + 1], residual[4 * at + 2], residual[4 * at + 3]);
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
