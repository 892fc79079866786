// Layer normalisation of tokens, before gain and bias.
#read step: u32
#read y: vec4f
#write normal: vec4f
#write scales: f32
#include common

@compute @workgroup_size(GROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let party = id.x;
  #include rows
  for (var row = first_row; row < end_row; row++) { normalize(row, D4, 0); }
}
#include normalize
