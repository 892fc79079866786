// As mlp.wgsl, for adapters where sharing is slow: an invocation takes ROWS tokens alone. Its two
// products share one loop, since such adapters compile long shaders slowly.
#include mlp_buffers
#include common

// Factors: a token's x, and hidden activations; ROWS of each, side by side.
const OF_HIDDEN = D4 * ROWS;
var<private> a: array<vec4f, OF_HIDDEN + HIDDEN * ROWS>;
// A tile of outputs.
var<private> v: array<vec4f, ROWS * COLUMNS>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let group = id.x;
  #include rows
  for (var i = 0u; i < OF_HIDDEN; i++) {
    let at = row_stride * min(first_row + i % ROWS, rows - 1) * D4 + i / ROWS;
    #if PRE
    a[i] = fma(x[at], params[NORM_WEIGHT + i / ROWS], params[NORM_BIAS + i / ROWS]);
    #else
    a[i] = residual[at];
    #end
  }
  #if DROP
  let key = place(2);
  #end
  for (var j = 0u; j < F4; j += HIDDEN) {
    // Hidden activations, and what they add to the output.
    for (var matmul = 0u; matmul < 2; matmul++) {
      let last = matmul == 1;
      let begin = matmul * OF_HIDDEN;
      let count = select(D4, HIDDEN, last);
      let outputs = select(HIDDEN, D4, last);
      let stride = select(F4, D4, last);
      let base = select(WEIGHT1 + j, WEIGHT2 + 4 * j * D4, last);
      for (var column = 0u; column < outputs; column += COLUMNS) {
        for (var i = 0u; i < ROWS * COLUMNS; i++) {
          v[i] = vec4f(0);
          if (!last) { v[i] = params[BIAS1 + j + column + i / ROWS]; }
          if (last && j > 0) { v[i] = y[row_stride * min(first_row + i % ROWS, rows - 1) * D4 + column + i / ROWS]; }
        }
        #include accumulate
        for (var i = 0u; i < ROWS * COLUMNS; i++) {
          if (last) {
            y[row_stride * min(first_row + i % ROWS, rows - 1) * D4 + column + i / ROWS] = v[i];
          } else {
            let at = OF_HIDDEN + column * ROWS + i;
            a[at] = activate(v[i]);
            #if DROP
            let index = min(first_row + i % ROWS, rows - 1);
            a[at] *= keep(4 * (row_stride * index * F4 + j + column + i / ROWS), key);
            #end
          }
        }
      }
    }
  }
  for (var index = first_row; index < end_row; index++) { finish(index * row_stride, D4, 0); }
}
#include finished
