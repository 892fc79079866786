// Adam's update of every parameter: see kernels/adam.rs, whose plain() this is. `numbers` are
// betas, their complements, eps, l2, decay, rate and root_scale.
#read numbers: f32
#read scale: f32
#read gradient: f32
#update value: f32
#update first: f32
#update second: f32

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < arrayLength(&value); i += 64 * groups.x) {
    let before = value[i];
    let slope = fma(before, numbers[5], gradient[i] * scale[0]);
    let mean = first[i] * numbers[0] + slope * numbers[2];
    let square = second[i] * numbers[1] + slope * slope * numbers[3];
    first[i] = mean;
    second[i] = square;
    value[i] = before * numbers[6] - mean / (sqrt(square) * numbers[8] + numbers[4]) * numbers[7];
  }
}
