// Gradients of the MLP's parameters over a segment of images. A workgroup takes UNITS hidden units,
// four to an invocation, and D4 times ROWS tokens at a time. First an invocation computes four units, and
// their gradients, of ROWS tokens; then it adds what all these tokens give to four by four weights
// of both layers.
#read params: vec4f
#read uniforms: u32
#read x: vec4f
#read dm: vec4f
#if POST
#read normal: vec4f
#end
#read dnormed: vec4f
#write partial: vec4f
#include common

const UNITS4 = UNITS / 4;

var<workgroup> segment: vec2u;
var<workgroup> h: array<vec4f, D4 * ROWS * UNITS4>;
var<workgroup> g: array<vec4f, D4 * ROWS * UNITS4>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) workgroup_id: vec3u, @builtin(local_invocation_index) local: u32) {
  if (local == 0) {
    segment = vec2u(workgroup_id.y * uniforms[2], min((workgroup_id.y + 1) * uniforms[2], images())) * queries();
  }
  // Alike for the whole workgroup, as far as the compiler knows: barriers may depend on it.
  let tokens = workgroupUniformLoad(&segment);
  let row_stride = query_stride();
  let unit = local % UNITS4;
  let d = local / UNITS4;
  // The last workgroup may have fewer units, and repeats the last ones.
  let j = min(workgroup_id.x * UNITS4 + unit, F4 - 1);
  #if DROP
  let key = place(2);
  #end
  #if PRE
  let norm_weight = params[NORM_WEIGHT + d];
  let norm_bias = params[NORM_BIAS + d];
  #end
  #for e in 4
  var dfirst$e = vec4f(0);
  var dsecond$e = vec4f(0);
  #end
  var dbias1 = vec4f(0);
  var dbias2 = vec4f(0);
  var dnorm_weight = vec4f(0);
  var dnorm_bias = vec4f(0);
  for (var first = tokens.x; first < tokens.y; first += D4 * ROWS) {
    #for r in ROWS
    let row$r = row_stride * min(first + d * ROWS + $r, tokens.y - 1);
    var v$r_0 = params[BIAS1 + j];
    #end
    let stride = F4;
    for (var k = 0u; k < D4; k++) {
      #include inputs
      let weights = WEIGHT1 + 4 * k * F4 + j;
      #include products
    }
    #for r in ROWS
    let act$r = activated(v$r_0);
    v$r_0 = vec4f(0);
    #end
    for (var k = 0u; k < D4; k++) {
      #for r in ROWS
      let x$r = dm[row$r * D4 + k];
      #end
      let weights = TRANSPOSED2 + 4 * k * F4 + j;
      #include products
    }
    #for r in ROWS
    #if DROP
    let kept$r = keep(4 * (row$r * F4 + j), key);
    h[(d * ROWS + $r) * UNITS4 + unit] = act$r.value * kept$r;
    g[(d * ROWS + $r) * UNITS4 + unit] = v$r_0 * act$r.slope * kept$r;
    #else
    h[(d * ROWS + $r) * UNITS4 + unit] = act$r.value;
    g[(d * ROWS + $r) * UNITS4 + unit] = v$r_0 * act$r.slope;
    #end
    #end
    workgroupBarrier();
    let count = min(tokens.y - first, D4 * ROWS);
    for (var row = 0u; row < count; row++) {
      let at = row_stride * (first + row) * D4 + d;
      let own_h = h[row * UNITS4 + unit];
      let own_g = g[row * UNITS4 + unit];
      let m = dm[at];
      #if PRE
      let n = fma(x[at], norm_weight, norm_bias);
      #else
      let n = x[at];
      #end
      #for e in 4
      dfirst$e = fma(vec4f(n[$e]), own_g, dfirst$e);
      dsecond$e = fma(vec4f(own_h[$e]), m, dsecond$e);
      #end
      dbias1 += own_g;
      dbias2 += m;
      if (workgroup_id.x == 0) {
        let slope = dnormed[at];
        dnorm_bias += slope;
        #if PRE
        dnorm_weight = fma(slope, x[at], dnorm_weight);
        #else
        dnorm_weight = fma(slope, normal[at], dnorm_weight);
        #end
      }
    }
    workgroupBarrier();
  }
  let out = workgroup_id.y * PARAMETERS / 4;
  #for e in 4
  partial[out + WEIGHT1 + (4 * d + $e) * F4 + j] = dfirst$e;
  partial[out + WEIGHT2 + (4 * j + $e) * D4 + d] = dsecond$e;
  #end
  if (d == 0) { partial[out + BIAS1 + j] = dbias1; }
  if (workgroup_id.x == 0 && unit == 0) {
    partial[out + BIAS + d] = dbias2;
    partial[out + NORM_WEIGHT + d] = dnorm_weight;
    partial[out + NORM_BIAS + d] = dnorm_bias;
  }
}
