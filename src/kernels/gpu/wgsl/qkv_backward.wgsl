// From the gradients of queries, keys and values to that of the block's input, the residual's added.
#read params: vec4f
#read step: u32
#read dqkv: f32
#read residual: vec4f
#if PRE
#read normal: vec4f
#read scales: f32
#write dnormed: vec4f
#end
#write dx: vec4f
#include common

@compute @workgroup_size(GROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  #include rows
  #include zeros
  for (var k = 0u; k < 3 * D; k++) {
    #for r in ROWS
    let x$r = vec4f(dqkv[row$r * 3 * D + k]);
    #end
    let weights = TRANSPOSED + k * D4;
    #include add_row
  }
  #for r in ROWS
  #for d in D4
  #if PRE
  dnormed[row$r * D4 + $d] = v$r_$d;
  #else
  dx[row$r * D4 + $d] = v$r_$d + residual[row$r * D4 + $d];
  #end
  #end
  #end
  #if PRE
  for (var row = first_row; row < end_row; row++) { outgoing(row); }
  #end
}

#if PRE
fn outgoing(row: u32) {
  let s = slopes(row);
  for (var d = 0u; d < D4; d++) { dx[row * D4 + d] = residual[row * D4 + d] + through(row, d, s); }
}
fn normal_at(at: u32) -> vec4f { return normal[at]; }
#include normalize_backward
#end
