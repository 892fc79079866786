// Heads through a linear layer, added to the residual; post-norm normalises the sum.
#read params: vec4f
#read step: u32
#read x: vec4f
#read residual: vec4f
#write y: vec4f
#if POST & SAVE
#write normal: vec4f
#write scales: f32
#end
#include common

@compute @workgroup_size(GROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  #include rows
  #for r in ROWS
  #for d in D4
  var v$r_$d = params[BIAS + $d];
  #end
  #end
  for (var k = 0u; k < D4; k++) {
    #for r in ROWS
    let x$r = x[row$r * D4 + k];
    #end
    #for c in 4
    #for d in D4
    let w$c_$d = params[WEIGHT + (4 * k + $c) * D4 + $d];
    #for r in ROWS
    v$r_$d = fma(vec4f(x$r[$c]), w$c_$d, v$r_$d);
    #end
    #end
    #end
  }
  #if DROP
  let key = place(1);
  #end
  #include finish
}
