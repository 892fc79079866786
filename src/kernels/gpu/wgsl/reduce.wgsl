// The gradient of every parameter: the sum over segments, in their order; zero between sections.
// Those of the MLP's first layer come transposed.
#read step: u32
#read partial: f32
#write gradient: f32
#include common

fn is_parameter(at: u32) -> bool {
  if (at < EMBEDDING) { return at < EMBEDDING_USED; }
  let rest = at - EMBEDDING;
  if (rest < LAYERS * BLOCK) { return rest % BLOCK < BLOCK_USED; }
  return rest - LAYERS * BLOCK < HEAD_USED;
}

// Where the partial sums of a parameter are.
fn source(at: u32) -> u32 {
  if (at < EMBEDDING || at >= EMBEDDING + LAYERS * BLOCK) { return at; }
  let first = EMBEDDING + (at - EMBEDDING) / BLOCK * BLOCK + FIRST;
  if (at < first || at >= first + D * F) { return at; }
  return first + (at - first) % F * D + (at - first) / F;
}

@compute @workgroup_size(GROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= PARAMETERS) { return; }
  var sum = 0.0;
  if (is_parameter(id.x)) {
    let at = source(id.x);
    for (var segment = 0u; segment < step[1]; segment++) {
      sum += partial[segment * PARAMETERS + at];
    }
  }
  gradient[id.x] = sum;
}
