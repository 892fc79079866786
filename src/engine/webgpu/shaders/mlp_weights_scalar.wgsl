// As mlp_weights.wgsl, for adapters where sharing is slow. An invocation keeps the weights of UNITS
// hidden units and sums their gradients; the last D4 ones sum those of bias2 and the norm.
#read params: vec4f
#read uniforms: u32
#read x: vec4f
#read dm: vec4f
#if POST
#read normal: vec4f
#end
#read dnormed: vec4f
#write partial: f32
#include common

// Weights of an invocation's hidden units: first layer, second layer, and their gradients.
var<private> w: array<vec4f, UNITS * D4>;
var<private> o: array<vec4f, UNITS * D4>;
var<private> dw: array<vec4f, UNITS * D4>;
var<private> dout: array<vec4f, UNITS * D4>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let first = id.y * uniforms[2] * queries();
  let end = min((id.y + 1) * uniforms[2], images()) * queries();
  let row_stride = query_stride();
  let out = id.y * PARAMETERS;
  if (id.x >= F / UNITS) {
    let d = id.x - F / UNITS;
    if (d >= D4) { return; }
    var dbias = vec4f(0);
    var dnorm_weight = vec4f(0);
    var dnorm_bias = vec4f(0);
    for (var index = first; index < end; index++) {
      let row = index * row_stride;
      dbias += dm[row * D4 + d];
      let slope = dnormed[row * D4 + d];
      dnorm_bias += slope;
      #if PRE
      dnorm_weight = fma(slope, x[row * D4 + d], dnorm_weight);
      #else
      dnorm_weight = fma(slope, normal[row * D4 + d], dnorm_weight);
      #end
    }
    #for e in 4
    partial[out + 4 * (BIAS + d) + $e] = dbias[$e];
    partial[out + 4 * (NORM_WEIGHT + d) + $e] = dnorm_weight[$e];
    partial[out + 4 * (NORM_BIAS + d) + $e] = dnorm_bias[$e];
    #end
    return;
  }
  #if DROP
  let key = place(2);
  #end
  let unit = id.x * UNITS;
  var bias = vec4f(0);
  var dbias = vec4f(0);
  #for u in UNITS
  bias[$u] = params[BIAS1 + (unit + $u) / 4][(unit + $u) % 4];
  #end
  for (var i = 0u; i < UNITS * D4; i++) {
    w[i] = params[TRANSPOSED1 + unit * D4 + i];
    o[i] = params[WEIGHT2 + unit * D4 + i];
    #if PRE
    // The norm's norm_weight and bias are part of the weights here, so that x can be what it normalised.
    bias[i / D4] += dot(w[i], params[NORM_BIAS + i % D4]);
    w[i] *= params[NORM_WEIGHT + i % D4];
    #end
  }
  for (var index = first; index < end; index++) {
    let row = index * row_stride;
    var h = bias;
    var g = vec4f(0);
    #for d in D4
    let x$d = x[row * D4 + $d];
    let m$d = dm[row * D4 + $d];
    #for u in UNITS
    h[$u] += dot(x$d, w[$u * D4 + $d]);
    g[$u] += dot(m$d, o[$u * D4 + $d]);
    #end
    #end
    let act = activated(h);
    g *= act.slope;
    h = act.value;
    #if DROP
    #for u in UNITS
    let kept$u = keep_one(row * F + unit + $u, key);
    h[$u] *= kept$u;
    g[$u] *= kept$u;
    #end
    #end
    dbias += g;
    #for u in UNITS
    #for d in D4
    dw[$u * D4 + $d] = fma(x$d, vec4f(g[$u]), dw[$u * D4 + $d]);
    dout[$u * D4 + $d] = fma(m$d, vec4f(h[$u]), dout[$u * D4 + $d]);
    #end
    #end
  }
  #for u in UNITS
  partial[out + 4 * BIAS1 + unit + $u] = dbias[$u];
  #end
  for (var i = 0u; i < UNITS * D4; i++) {
    #if PRE
    dw[i] = dw[i] * params[NORM_WEIGHT + i % D4] + params[NORM_BIAS + i % D4] * dbias[i / D4];
    #end
    #for e in 4
    partial[out + 4 * WEIGHT1 + (4 * (i % D4) + $e) * F + unit + i / D4] = dw[i][$e];
    partial[out + 4 * (WEIGHT2 + unit * D4 + i) + $e] = dout[i][$e];
    #end
  }
}
