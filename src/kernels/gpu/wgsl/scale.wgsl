// Every value times one number.
#read number: f32
#read x: f32
#write y: f32

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < arrayLength(&y); i += 64 * groups.x) { y[i] = x[i] * number[0]; }
}
