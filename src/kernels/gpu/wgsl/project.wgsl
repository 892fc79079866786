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
  #include zeros
  for (var k = 0u; k < D; k++) {
    #for r in ROWS
    let x$r = vec4f(x[row$r * D + k]);
    #end
    let weights = WEIGHT + k * D4;
    #include add_row
  }
  #include finish
}
#include finished
