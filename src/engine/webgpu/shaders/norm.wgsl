// Layer normalisation of tokens, before norm_weight and bias.
#read uniforms: u32
#read y: vec4f
#write normal: vec4f
#write scales: f32
#include common

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let group = id.x;
  #include rows
  for (var row = first_row; row < end_row; row++) { normalize(row, D4, 0); }
}
#include normalize
