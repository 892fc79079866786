// The gradient of every parameter: the sum over segments, in their order; zero between sections.
#read uniforms: u32
#read partial: f32
#write gradient: f32
#include common

fn is_parameter(at: u32) -> bool {
  if (at < EMBEDDING) { return at < EMBEDDING_USED; }
  let rest = at - EMBEDDING;
  if (rest < LAYERS * BLOCK) { return rest % BLOCK < BLOCK_USED; }
  return rest - LAYERS * BLOCK < HEAD_USED;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= PARAMETERS) { return; }
  var sum = 0.0;
  if (is_parameter(id.x)) {
    for (var segment = 0u; segment < uniforms[1]; segment++) {
      sum += partial[segment * PARAMETERS + id.x];
    }
  }
  gradient[id.x] = sum;
}
