// Queries, keys or values of tokens: a third of the layer's outputs to an invocation. Pre-norm gets
// them normalised, before gain and bias.
#read params: vec4f
#read step: u32
#read x: f32
#write y: vec4f
#include common

@compute @workgroup_size(GROUP)
fn main(@builtin(global_invocation_id) invocation: vec3u) {
  let id = invocation / vec3u(3, 1, 1);
  let first = invocation.x % 3 * D4;
  #include rows
  #for d in D4
  let b$d = params[BIAS + first + $d];
  #for r in ROWS
  var v$r_$d = b$d;
  #end
  #end
  for (var k = 0u; k < D; k++) {
    #if PRE
    let gain = params[GAIN + k / 4][k % 4];
    let shift = params[SHIFT + k / 4][k % 4];
    #end
    #for r in ROWS
    #if PRE
    let x$r = vec4f(fma(x[row$r * D + k], gain, shift));
    #else
    let x$r = vec4f(x[row$r * D + k]);
    #end
    #end
    let weights = WEIGHT + k * 3 * D4 + first;
    #include add_row
  }
  #for r in ROWS
  #for d in D4
  y[row$r * 3 * D4 + first + $d] = v$r_$d;
  #end
  #end
}
