// From the gradients of queries, keys and values to that of the block's input, the residual's added.
#read params: vec4f
#read step: u32
#read dqkv: vec4f
#read residual: vec4f
#if PRE
#read normal: vec4f
#read scales: f32
#write dz: vec4f
#end
#write dx: vec4f
#include common

@compute @workgroup_size(GROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  #include rows
  #for r in ROWS
  #for d in D4
  var v$r_$d = vec4f(0);
  #end
  #end
  for (var o = 0u; o < 3 * D4; o++) {
    #for r in ROWS
    let g$r = dqkv[row$r * 3 * D4 + o];
    #end
    #for d in D4
    #for c in 4
    let w$d_$c = params[WEIGHT + (4 * $d + $c) * 3 * D4 + o];
    #for r in ROWS
    v$r_$d[$c] += dot(g$r, w$d_$c);
    #end
    #end
    #end
  }
  #if PRE
  #for r in ROWS
  #for d in D4
  dz[row$r * D4 + $d] = v$r_$d;
  #end
  #end
  #include normalize_backward
  #end
  #for r in ROWS
  #for d in D4
  dx[row$r * D4 + $d] = v$r_$d + residual[row$r * D4 + $d];
  #end
  #end
}
