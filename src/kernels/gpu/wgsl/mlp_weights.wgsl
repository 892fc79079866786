// Gradients of the MLP's parameters over a segment of images. An invocation keeps the weights of
// UNITS hidden units and sums their gradients; the last D4 ones sum those of bias2 and the norm.
#read params: vec4f
#read step: u32
#read x: vec4f
#read dm: vec4f
#if POST
#read normal: vec4f
#end
#read dnormed: vec4f
#write partial: f32
#include common

@compute @workgroup_size(GROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let first = id.y * step[2] * T;
  let end = min((id.y + 1) * step[2], images()) * T;
  let out = id.y * PARAMETERS;
  if (id.x >= F / UNITS) {
    let d = id.x - F / UNITS;
    if (d >= D4) { return; }
    var dbias = vec4f(0);
    var dgain = vec4f(0);
    var dshift = vec4f(0);
    for (var row = first; row < end; row++) {
      dbias += dm[row * D4 + d];
      let slope = dnormed[row * D4 + d];
      dshift += slope;
      #if PRE
      dgain = fma(slope, x[row * D4 + d], dgain);
      #else
      dgain = fma(slope, normal[row * D4 + d], dgain);
      #end
    }
    #for c in 4
    partial[out + 4 * (BIAS + d) + $c] = dbias[$c];
    partial[out + 4 * (GAIN + d) + $c] = dgain[$c];
    partial[out + 4 * (SHIFT + d) + $c] = dshift[$c];
    #end
    return;
  }
  #if DROP
  let key = place(2);
  #end
  #for u in UNITS
  let unit$u = id.x * UNITS + $u;
  var bias$u = params[BIAS1 + unit$u / 4][unit$u % 4];
  var dbias$u = 0.0;
  #for d in D4
  var w$u_$d = vec4f(
    params[WEIGHT1 + (4 * $d) * F4 + unit$u / 4][unit$u % 4],
    params[WEIGHT1 + (4 * $d + 1) * F4 + unit$u / 4][unit$u % 4],
    params[WEIGHT1 + (4 * $d + 2) * F4 + unit$u / 4][unit$u % 4],
    params[WEIGHT1 + (4 * $d + 3) * F4 + unit$u / 4][unit$u % 4],
  );
  let o$u_$d = params[WEIGHT2 + unit$u * D4 + $d];
  var dw$u_$d = vec4f(0);
  var do$u_$d = vec4f(0);
  #if PRE
  // The norm's gain and bias are part of the weights here, so that x can be what it normalised.
  bias$u += dot(w$u_$d, params[SHIFT + $d]);
  w$u_$d *= params[GAIN + $d];
  #end
  #end
  #end
  for (var row = first; row < end; row++) {
    var h = vec4f(0);
    var g = vec4f(0);
    #for u in UNITS
    h[$u] = bias$u;
    #end
    #for d in D4
    let x$d = x[row * D4 + $d];
    let m$d = dm[row * D4 + $d];
    #for u in UNITS
    h[$u] += dot(x$d, w$u_$d);
    g[$u] += dot(m$d, o$u_$d);
    #end
    #end
    let act = activated(h);
    g *= act.slope;
    h = act.value;
    #for u in UNITS
    #if DROP
    let kept$u = keep_one(row * F + unit$u, key);
    h[$u] *= kept$u;
    g[$u] *= kept$u;
    #end
    dbias$u += g[$u];
    #for d in D4
    dw$u_$d = fma(x$d, vec4f(g[$u]), dw$u_$d);
    do$u_$d = fma(m$d, vec4f(h[$u]), do$u_$d);
    #end
    #end
  }
  #for u in UNITS
  partial[out + 4 * BIAS1 + unit$u] = dbias$u;
  #for d in D4
  #if PRE
  dw$u_$d = dw$u_$d * params[GAIN + $d] + params[SHIFT + $d] * dbias$u;
  #end
  #for c in 4
  partial[out + 4 * WEIGHT1 + (4 * $d + $c) * F + unit$u] = dw$u_$d[$c];
  partial[out + 4 * WEIGHT2 + unit$u * D + 4 * $d + $c] = do$u_$d[$c];
  #end
  #end
  #end
}
