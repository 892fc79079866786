// From the gradient after attention's residual to those of the heads and of the residual.
#read params: vec4f
#read step: u32
#read dy: vec4f
#if POST
#read normal: vec4f
#read scales: f32
#write dsum: vec4f
#end
#write dheads: vec4f
#include common

@compute @workgroup_size(GROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  #include rows
  #for r in ROWS
  #for d in D4
  var v$r_$d = dy[row$r * D4 + $d];
  #end
  #end
  #if POST
  #include normalize_backward
  #for r in ROWS
  #for d in D4
  dsum[row$r * D4 + $d] = v$r_$d;
  #end
  #end
  #end
  #if DROP
  let key = place(1);
  #for r in ROWS
  #for d in D4
  v$r_$d *= keep(4 * (row$r * D4 + $d), key);
  #end
  #end
  #end
  for (var k = 0u; k < D4; k++) {
    #for r in ROWS
    var o$r = vec4f(0);
    #end
    #for c in 4
    #for d in D4
    let w$c_$d = params[WEIGHT + (4 * k + $c) * D4 + $d];
    #for r in ROWS
    o$r[$c] += dot(v$r_$d, w$c_$d);
    #end
    #end
    #end
    #for r in ROWS
    dheads[row$r * D4 + k] = o$r;
    #end
  }
}
