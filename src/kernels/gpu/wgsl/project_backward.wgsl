// From the gradient after attention's residual to those of the residual and of the heads.
#read params: vec4f
#read step: u32
#if PRE
#read dsum: f32
#else
#read dnormed: vec4f
#read normal: vec4f
#read scales: f32
#write dsum: f32
#end
#write dheads: vec4f
#include common

@compute @workgroup_size(GROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  #include rows
  #if POST
  for (var row = first_row; row < end_row; row++) { incoming(row); }
  #end
  #if DROP
  let key = place(1);
  #end
  #include zeros
  for (var k = 0u; k < D; k++) {
    #for r in ROWS
    var x$r = vec4f(dsum[row$r * D + k]);
    #if DROP
    x$r *= keep_one(row$r * D + k, key);
    #end
    #end
    let weights = TRANSPOSED + k * D4;
    #include add_row
  }
  #for r in ROWS
  #for d in D4
  dheads[row$r * D4 + $d] = v$r_$d;
  #end
  #end
}

#if POST
fn incoming(row: u32) {
  let s = slopes(row);
  for (var d = 0u; d < D4; d++) {
    let slope = through(row, d, s);
    #for c in 4
    dsum[4 * (row * D4 + d) + $c] = slope[$c];
    #end
  }
}
fn normal_at(at: u32) -> vec4f { return normal[at]; }
#include normalize_backward
#end
