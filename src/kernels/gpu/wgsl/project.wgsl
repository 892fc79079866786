// Heads through a linear layer, added to the residual; then a norm.
#read params: vec4f
#read step: u32
#read x: f32
#read residual: f32
#write y: vec4f
#write normal: vec4f
#write scales: f32
#include common

@compute @workgroup_size(GROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  #include rows
  #for r in ROWS
  #for d in D4
  var v$r_$d = vec4f(0);
  #end
  #end
  for (var k = 0u; k < D; k++) {
    #for r in ROWS
    let x$r = vec4f(x[row$r * D + k]);
    #end
    let weights = WEIGHT + k * D4;
    #for d in D4
    let w$d = params[weights + $d];
    #for r in ROWS
    v$r_$d = fma(x$r, w$d, v$r_$d);
    #end
    #end
  }
  #include finish
}
#include finished
