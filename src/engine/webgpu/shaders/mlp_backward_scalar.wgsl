// As mlp_backward.wgsl, for adapters where sharing is slow: an invocation takes ROWS tokens alone.
// Its three products share one loop, since such adapters compile long shaders slowly.
#include mlp_backward_buffers
#include common

// Factors: a token's x, its dm, and hidden activations; ROWS of each, side by side.
const OF_DM = D4 * ROWS;
const OF_HIDDEN = 2 * OF_DM;
var<private> a: array<vec4f, OF_HIDDEN + HIDDEN * ROWS>;
// A tile of outputs.
var<private> v: array<vec4f, ROWS * COLUMNS>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let group = id.x;
  #include rows
  for (var index = first_row; index < end_row; index++) { incoming(index * row_stride, D4, 0); }
  for (var i = 0u; i < OF_DM; i++) {
    let row = row_stride * min(first_row + i % ROWS, rows - 1);
    let at = row * D4 + i / ROWS;
    #if PRE
    a[i] = fma(x[at], params[NORM_WEIGHT + i / ROWS], params[NORM_BIAS + i / ROWS]);
    #else
    a[i] = middle[at];
    #end
    a[OF_DM + i] = dm[at];
  }
  #if DROP
  let key = place(2);
  #end
  for (var j = 0u; j < F4; j += HIDDEN) {
    // Hidden activations, their gradients, and what they add to the gradient of the input.
    for (var matmul = 0u; matmul < 3; matmul++) {
      let last = matmul == 2;
      let begin = matmul * OF_DM;
      let count = select(D4, HIDDEN, last);
      let outputs = select(HIDDEN, D4, last);
      let stride = select(F4, D4, last);
      let base = select(select(TRANSPOSED2, WEIGHT1, matmul == 0) + j, TRANSPOSED1 + 4 * j * D4, last);
      for (var column = 0u; column < outputs; column += COLUMNS) {
        for (var i = 0u; i < ROWS * COLUMNS; i++) {
          v[i] = vec4f(0);
          if (matmul == 0) { v[i] = params[BIAS1 + j + column + i / ROWS]; }
          if (last) { v[i] = $SUM[row_stride * min(first_row + i % ROWS, rows - 1) * D4 + column + i / ROWS]; }
        }
        #include accumulate
        for (var i = 0u; i < ROWS * COLUMNS; i++) {
          if (last) {
            $SUM[row_stride * min(first_row + i % ROWS, rows - 1) * D4 + column + i / ROWS] = v[i];
          } else {
            let at = OF_HIDDEN + column * ROWS + i;
            if (matmul == 0) {
              a[at] = activated(v[i]).slope;
              #if DROP
              let index = min(first_row + i % ROWS, rows - 1);
              a[at] *= keep(4 * (row_stride * index * F4 + j + column + i / ROWS), key);
              #end
            } else {
              a[at] *= v[i];
            }
          }
        }
      }
    }
  }
  #if PRE
  for (var index = first_row; index < end_row; index++) { outgoing(index * row_stride, D4, 0); }
  #end
}
#include mlp_backward_ends
