// From the gradient after attention's residual to those of the residual and of the heads; deltas are
// what softmax's gradient subtracts, each head's output times its gradient.
#read params: vec4f
#read uniforms: u32
#if PRE
#read dsum: vec4f
#else
#read dnormed: vec4f
#read normal: vec4f
#read scales: f32
#write dsum: vec4f
#end
#read heads: f32
#write dheads: f32
#write deltas: f32
#include common

// A tile of outputs.
var<private> v: array<vec4f, ROWS * COLUMNS>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  #include lanes
  #if POST
  for (var r = 0u; r < ROWS; r++) {
    let index = first_row + r;
    incoming(row_stride * min(index, rows - 1), select(0, D4, index < rows), local);
  }
  #include written
  #end
  #if DROP
  let key = place(1);
  #end
  for (var column = lane * COLUMNS; column < width; column += LANES * COLUMNS) {
    #include zeros
    for (var k = 0u; k < D4; k++) {
      #for r in ROWS
      var x$r = dsum[row$r * D4 + k];
      #if DROP
      x$r *= keep(4 * (row$r * D4 + k), key);
      #end
      #end
      let weights = TRANSPOSED + 4 * k * D4 + column;
      let stride = D4;
      #include products
    }
    #include tile
    for (var i = 0u; i < ROWS * COLUMNS; i++) {
      let at = row_stride * min(first_row + i % ROWS, rows - 1) * D + 4 * (column + i / ROWS);
      #for e in 4
      dheads[at + $e] = v[i][$e];
      #end
    }
  }
  #include written
  for (var i = lane; i < (end_row - min(first_row, end_row)) * H; i += LANES) {
    let row = (first_row + i / H) * row_stride;
    let head = i % H;
    var delta = 0.0;
    for (var d = row * D + head * D / H; d < row * D + (head + 1) * D / H; d++) {
      delta = fma(heads[d], dheads[d], delta);
    }
    deltas[(row / T * H + head) * T + row % T] = delta;
  }
}

#if POST
fn incoming(row: u32, count: u32, local: u32) {
  let s = slopes(row, count, local);
  for (var d = local % LANES; d < count; d += LANES) { dsum[row * D4 + d] = through(row, d, s); }
}
fn normal_at(at: u32) -> vec4f { return normal[at]; }
#include normalize_backward
#end
