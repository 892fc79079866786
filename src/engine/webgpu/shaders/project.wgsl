// Heads through a linear layer, added to the residual; then a norm.
#read params: vec4f
#read uniforms: u32
#read x: vec4f
#read residual: vec4f
#write y: vec4f
#write normal: vec4f
#write scales: f32
#include common

// A tile of outputs.
var<private> v: array<vec4f, ROWS * COLUMNS>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  #include lanes
  for (var column = lane * COLUMNS; column < width; column += LANES * COLUMNS) {
    #include zeros
    for (var k = 0u; k < D4; k++) {
      #for r in ROWS
      let x$r = x[row$r * D4 + k];
      #end
      let weights = WEIGHT + 4 * k * D4 + column;
      let stride = D4;
      #include products
    }
    #include tile
    for (var i = 0u; i < ROWS * COLUMNS; i++) {
      y[row_stride * min(first_row + i % ROWS, rows - 1) * D4 + column + i / ROWS] = v[i];
    }
  }
  #include written
  for (var r = 0u; r < ROWS; r++) {
    let index = first_row + r;
    finish(row_stride * min(index, rows - 1), select(0, D4, index < rows), local);
  }
}
#include finished
