// The MLP with its residual, HIDDEN times four hidden activations at a time; then a norm. Weights go
// through the workgroup's memory, since many tokens want them.
#include mlp_buffers
#include common

var<workgroup> h: array<vec4f, WORKGROUP / LANES * HIDDEN * ROWS>;
// The outputs that the invocation computes: one in LANES, of each token.
var<private> sums: array<vec4f, COLUMN_BLOCKS * ROWS>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  #include lanes
  #include own
  #if DROP
  let key = place(2);
  #end
  for (var j = 0u; j < F4; j += HIDDEN) {
    #include hidden
    if (lane < HIDDEN) {
      #for r in ROWS
      h[own + lane * ROWS + $r] = activate(v$r_0);
      #if DROP
      h[own + lane * ROWS + $r] *= keep(4 * (row_stride * min(first_row + $r, rows - 1) * F4 + j + lane), key);
      #end
      #end
    }
    let matrix = WEIGHT2 + 4 * j * D4;
    #include from_hidden
  }
  for (var i = 0u; i < COLUMN_BLOCKS * ROWS; i++) {
    let index = first_row + i % ROWS;
    if (index < rows) { y[row_stride * index * D4 + i / ROWS * LANES + lane] = sums[i]; }
  }
  for (var r = 0u; r < ROWS; r++) {
    let index = first_row + r;
    finish(row_stride * min(index, rows - 1), select(0, D4, index < rows), local);
  }
}
#include finished
#include fetch
