// From the gradients of queries, keys and values to that of the block's input, the residual's added,
// which only queries have.
#read params: vec4f
#read uniforms: u32
#read dqkv: vec4f
#read residual: vec4f
#if PRE
#read normal: vec4f
#read scales: f32
#write dnormed: vec4f
#end
#write dx: vec4f
#include common

// A tile of outputs.
var<private> v: array<vec4f, ROWS * COLUMNS>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  #include lanes
  for (var column = lane * COLUMNS; column < width; column += LANES * COLUMNS) {
    #include zeros
    for (var k = 0u; k < OUT4; k++) {
      #for r in ROWS
      let x$r = dqkv[row$r * OUT4 + k];
      #end
      let weights = TRANSPOSED + 4 * k * D4 + column;
      let stride = D4;
      #include products
    }
    #include tile
    for (var i = 0u; i < ROWS * COLUMNS; i++) {
      let row = min(first_row + i % ROWS, rows - 1);
      let d = column + i / ROWS;
      #if PRE
      dnormed[row * D4 + d] = v[i];
      #else
      dx[row * D4 + d] = v[i] + residual_at(row, d);
      #end
    }
  }
  #if PRE
  #include written
  for (var r = 0u; r < ROWS; r++) {
    let index = first_row + r;
    outgoing(row_stride * min(index, rows - 1), select(0, D4, index < rows), local);
  }
  #end
}

fn residual_at(row: u32, d: u32) -> vec4f {
  return select(vec4f(0), residual[row * D4 + d], row % query_stride() == 0);
}

#if PRE
fn outgoing(row: u32, count: u32, local: u32) {
  let s = slopes(row, count, local);
  for (var d = local % LANES; d < count; d += LANES) {
    dx[row * D4 + d] = residual_at(row, d) + through(row, d, s);
  }
}
fn normal_at(at: u32) -> vec4f { return normal[at]; }
#include normalize_backward
#end
