// Patches through a linear layer, the class token before them, positions added.
#read params: vec4f
#read uniforms: u32
#read image: f32
#write y: vec4f
#include common
#include embedded

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  embed(id.x / (T * D4), id.x % (T * D4));
}
