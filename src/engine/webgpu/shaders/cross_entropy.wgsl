// The mean cross-entropy, summed in a fixed order, and the gradient of the logits.
#read uniforms: u32
#read logits: f32
#read targets: f32
#write loss: f32
#write gradient: f32

const WORKGROUP = 256u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32) {
  let images = uniforms[0];
  var sum = 0.0;
  for (var image = lane; image < images; image += WORKGROUP) {
    let at = image * CLASSES;
    var largest = logits[at];
    for (var c = 1u; c < CLASSES; c++) { largest = max(largest, logits[at + c]); }
    var weights = 0.0;
    var targeted = 0.0;
    for (var c = 0u; c < CLASSES; c++) {
      weights += exp(logits[at + c] - largest);
      targeted += targets[at + c];
    }
    let log_weights = log(weights);
    for (var c = 0u; c < CLASSES; c++) {
      let score = logits[at + c] - largest;
      let target_value = targets[at + c];
      sum += target_value * (log_weights - score);
      gradient[at + c] = (exp(score) / weights * targeted - target_value) / f32(images);
    }
  }
  let all = summed(sum, lane);
  if (lane == 0) { loss[0] = all / f32(images); }
}
#include summed
