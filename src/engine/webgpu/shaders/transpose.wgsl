// Before a training step: each section of parameters, followed by a section that holds the block's
// matrices transposed, so that backward passes read rows too.
#read params: f32
#write both: f32

// A matrix of `rows` that begins at `start`: where its value at `at` goes.
fn turned(at: u32, start: u32, rows: u32, columns: u32) -> u32 {
  let index = at - start;
  return start + index % columns * rows + index / columns;
}

fn transposed(at: u32) -> u32 {
  if (at < QKV + 3 * D * D) { return turned(at, QKV, D, 3 * D); }
  if (at >= OUT && at < OUT + D * D) { return turned(at, OUT, D, D); }
  if (at >= FIRST && at < FIRST + D * F) { return turned(at, FIRST, D, F); }
  if (at >= SECOND && at < SECOND + F * D) { return turned(at, SECOND, F, D); }
  return at;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= PARAMETERS) { return; }
  let value = params[id.x];
  if (id.x < EMBEDDING) {
    both[id.x] = value;
    return;
  }
  let rest = id.x - EMBEDDING;
  if (rest >= LAYERS * BLOCK) {
    both[EMBEDDING + 2 * LAYERS * BLOCK + rest - LAYERS * BLOCK] = value;
    return;
  }
  let start = EMBEDDING + rest / BLOCK * 2 * BLOCK;
  both[start + rest % BLOCK] = value;
  both[start + BLOCK + transposed(rest % BLOCK)] = value;
}
