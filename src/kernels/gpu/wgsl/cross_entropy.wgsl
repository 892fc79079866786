// The mean cross-entropy, summed in a fixed order, and the gradient of the logits.
#read logits: f32
#read targets: f32
#write loss: f32
#write gradient: f32

var<workgroup> sums: array<f32, 64>;

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_id) id: vec3u) {
  var sum = 0.0;
  for (var image = id.x; image < IMAGES; image += 64) {
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
      gradient[at + c] = (exp(score) / weights * targeted - target_value) / f32(IMAGES);
    }
  }
  sums[id.x] = sum;
  for (var half = 32u; half > 0; half /= 2) {
    workgroupBarrier();
    if (id.x < half) { sums[id.x] += sums[id.x + half]; }
  }
  if (id.x == 0) { loss[0] = sums[0] / f32(IMAGES); }
}
