// From the gradient of the block's output to that of the MLP's input, hidden activations computed
// again; dm is the gradient of the second linear layer's output. Weights are shared as in mlp.wgsl.
#include mlp_backward_buffers
#include common

// Gradients of hidden activations.
var<workgroup> h: array<vec4f, WORKGROUP / LANES * HIDDEN * ROWS>;
// The outputs that the invocation computes: one in LANES, of each token.
var<private> sums: array<vec4f, COLUMN_BLOCKS * ROWS>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  #include lanes
  #include own
  for (var r = 0u; r < ROWS; r++) {
    let index = first_row + r;
    incoming(row_stride * min(index, rows - 1), select(0, D4, index < rows), local);
  }
  #include written
  #if DROP
  let key = place(2);
  #end
  for (var j = 0u; j < F4; j += HIDDEN) {
    #include hidden
    #for r in ROWS
    var slope$r = activated(v$r_0).slope;
    #if DROP
    slope$r *= keep(4 * (row_stride * min(first_row + $r, rows - 1) * F4 + j + column), key);
    #end
    v$r_0 = vec4f(0);
    #end
    for (var begin = 0u; begin < D4; begin += DEPTH) {
      fetch(TRANSPOSED2 + 4 * begin * F4 + j, F4, 4 * DEPTH, HIDDEN, local);
      for (var k = begin; k < begin + DEPTH; k++) {
        #for r in ROWS
        let x$r = dm[row$r * D4 + k];
        #end
        let weights = 4 * (k - begin) * HIDDEN + column;
        let stride = HIDDEN;
        #include products
      }
    }
    if (lane < HIDDEN) {
      #for r in ROWS
      h[own + lane * ROWS + $r] = v$r_0 * slope$r;
      #end
    }
    let matrix = TRANSPOSED1 + 4 * j * D4;
    #include from_hidden
  }
  for (var i = 0u; i < COLUMN_BLOCKS * ROWS; i++) {
    let index = first_row + i % ROWS;
    if (index < rows) { $SUM[row_stride * index * D4 + i / ROWS * LANES + lane] += sums[i]; }
  }
  #if PRE
  for (var r = 0u; r < ROWS; r++) {
    let index = first_row + r;
    outgoing(row_stride * min(index, rows - 1), select(0, D4, index < rows), local);
  }
  #end
}
#include mlp_backward_ends
#include fetch
