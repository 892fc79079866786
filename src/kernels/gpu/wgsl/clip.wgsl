// The factor, at most 1, that brings a gradient's norm down to a bound; summed in a fixed order.
#read bound: f32
#read gradient: f32
#write factor: f32

var<workgroup> sums: array<f32, 256>;

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_id) id: vec3u) {
  var sum = 0.0;
  for (var i = id.x; i < arrayLength(&gradient); i += 256) {
    sum = fma(gradient[i], gradient[i], sum);
  }
  sums[id.x] = sum;
  for (var half = 128u; half > 0; half /= 2) {
    workgroupBarrier();
    if (id.x < half) { sums[id.x] += sums[id.x + half]; }
  }
  // As PyTorch: 1e-6 keeps a gradient of zero from dividing by zero.
  if (id.x == 0) { factor[0] = min(bound[0] / (sqrt(sums[0]) + 1e-6), 1); }
}
