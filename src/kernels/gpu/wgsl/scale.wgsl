// Every value times one number.
#read number: f32
#read x: f32
#write y: f32

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < arrayLength(&y)) { y[id.x] = x[id.x] * number[0]; }
}
