// The MLP with its residual, UNITS times four hidden activations at a time; then a norm.
#read params: vec4f
#read step: u32
#if PRE
#read x: f32
#end
#read residual: f32
#write y: vec4f
#write normal: vec4f
#write scales: f32
#include common

@compute @workgroup_size(GROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  #include rows
  #include zeros
  #if DROP
  let hidden_key = place(2);
  #end
  for (var j = 0u; j < F4; j += HIDDEN) {
    #for u in HIDDEN
    let b$u = params[BIAS1 + j + $u];
    #for r in ROWS
    var h$r_$u = b$u;
    #end
    #end
    for (var k = 0u; k < D; k++) {
      #include hidden
      let weights = WEIGHT1 + k * F4 + j;
      #for u in HIDDEN
      let w$u = params[weights + $u];
      #for r in ROWS
      h$r_$u = fma(z$r, w$u, h$r_$u);
      #end
      #end
    }
    #for u in HIDDEN
    #for r in ROWS
    h$r_$u = activate(h$r_$u);
    #if DROP
    h$r_$u *= keep(4 * (row$r * F4 + j + $u), hidden_key);
    #end
    #end
    for (var c = 0u; c < 4; c++) {
      let weights = WEIGHT2 + (4 * (j + $u) + c) * D4;
      #for r in ROWS
      let x$r = vec4f(h$r_$u[c]);
      #end
      #include add_row
    }
    #end
  }
  #include finish
}
#include finished
