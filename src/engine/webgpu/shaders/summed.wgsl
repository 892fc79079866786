
var<workgroup> sums: array<f32, WORKGROUP>;

// The sum over the workgroup, in a fixed order.
fn summed(value: f32, lane: u32) -> f32 {
  sums[lane] = value;
  for (var half = WORKGROUP / 2; half > 0; half /= 2) {
    workgroupBarrier();
    if (lane < half) { sums[lane] += sums[lane + half]; }
  }
  workgroupBarrier();
  let sum = sums[0];
  workgroupBarrier();
  return sum;
}
