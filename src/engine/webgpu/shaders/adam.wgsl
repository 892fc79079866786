// Adam's update of every parameter, as engine/reference.rs has it. `constants` are betas, their
// complements, eps, l2, decay, rate and root_scale.
#read constants: f32
#read scale: f32
#read gradient: f32
#update value: f32
#update first: f32
#update second: f32

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  for (var i = id.x; i < arrayLength(&value); i += 64 * workgroups.x) {
    let before = value[i];
    let slope = fma(before, constants[5], gradient[i] * scale[0]);
    let mean = first[i] * constants[0] + slope * constants[2];
    let square = second[i] * constants[1] + slope * slope * constants[3];
    first[i] = mean;
    second[i] = square;
    value[i] = before * constants[6] - mean / (sqrt(square) * constants[8] + constants[4]) * constants[7];
  }
}
