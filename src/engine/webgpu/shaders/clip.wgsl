// The factor, at most 1, that brings a gradient's norm down to a bound, constant 9; summed in a fixed
// order.
#read constants: f32
#read gradient: f32
#write factor: f32

const WORKGROUP = 256u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32) {
  var sum = 0.0;
  for (var i = lane; i < arrayLength(&gradient); i += WORKGROUP) {
    sum = fma(gradient[i], gradient[i], sum);
  }
  let all = summed(sum, lane);
  // As PyTorch: 1e-6 keeps a gradient of zero from dividing by zero.
  if (lane == 0) { factor[0] = min(constants[9] / (sqrt(all) + 1e-6), 1); }
}
#include summed
