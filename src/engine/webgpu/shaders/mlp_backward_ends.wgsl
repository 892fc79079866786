
// Writes dm, the gradient of linear2's output, and initialises dx: to 0 (pre-norm) or to the norm's
// input gradient (post-norm). An invocation takes its share of `count` values.
fn incoming(row: u32, count: u32, local: u32) {
  #if DROP
  let key = place(3);
  #end
  #if POST
  let s = slopes(row, count, local);
  #end
  for (var d = local % LANES; d < count; d += LANES) {
    let at = row * D4 + d;
    #if PRE
    var slope = dy[at];
    dnormed[at] = vec4f(0);
    #else
    var slope = through(row, d, s);
    dx[at] = slope;
    #end
    #if DROP
    slope *= keep(4 * (row * D4 + d), key);
    #end
    dm[at] = slope;
  }
}

#if PRE
// Pre-norm's residual gets the gradient of the output.
fn outgoing(row: u32, count: u32, local: u32) {
  let s = slopes(row, count, local);
  for (var d = local % LANES; d < count; d += LANES) {
    dx[row * D4 + d] = dy[row * D4 + d] + through(row, d, s);
  }
}

fn normal_at(at: u32) -> vec4f { return x[at]; }
#else
fn normal_at(at: u32) -> vec4f { return normal[at]; }
#end
#include normalize_backward
