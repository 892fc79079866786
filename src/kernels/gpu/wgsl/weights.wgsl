// Gradients of a linear layer over a segment of images: xᵀ · dy, INPUTS times four by four to an
// invocation; then the bias's and, if there is one, a norm's.
#if AFFINE
#read params: vec4f
#end
#read step: u32
#read x: vec4f
#read dy: vec4f
#if NORM
#if !AFFINE
#read normal: vec4f
#end
#read dnormed: vec4f
#end
#write partial: f32
#include common

@compute @workgroup_size(GROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let first = id.y * step[2] * T;
  let end = min((id.y + 1) * step[2], images()) * T;
  let out = id.y * PARAMETERS;
  #if DROP & DROPPED
  let key = place(1);
  #end
  if (id.x < D4 / INPUTS * OUT4) {
    let i = id.x / OUT4 * INPUTS;
    let o = id.x % OUT4;
    #for t in INPUTS
    #for c in 4
    var sum$t_$c = vec4f(0);
    #end
    #end
    var dbias = vec4f(0);
    for (var row = first; row < end; row++) {
      var g = dy[row * OUT4 + o];
      #if DROP & DROPPED
      g *= keep(4 * (row * OUT4 + o), key);
      #end
      dbias += g;
      #for t in INPUTS
      let x$t = x[row * D4 + i + $t];
      #for c in 4
      sum$t_$c = fma(vec4f(x$t[$c]), g, sum$t_$c);
      #end
      #end
    }
    #for t in INPUTS
    #for c in 4
    #if AFFINE
    // x is what a norm normalised, before its gain and bias.
    sum$t_$c = sum$t_$c * params[GAIN + i + $t][$c] + dbias * params[SHIFT + i + $t][$c];
    #end
    #for e in 4
    partial[out + 4 * WEIGHT + (4 * (i + $t) + $c) * 4 * OUT4 + 4 * o + $e] = sum$t_$c[$e];
    #end
    #end
    #end
    #for c in 4
    if (i == 0) { partial[out + 4 * (BIAS + o) + $c] = dbias[$c]; }
    #end
    return;
  }
  #if NORM
  let d = id.x - D4 / INPUTS * OUT4;
  if (d >= D4) { return; }
  var dgain = vec4f(0);
  var dshift = vec4f(0);
  for (var row = first; row < end; row++) {
    let slope = dnormed[row * D4 + d];
    dshift += slope;
    #if AFFINE
    dgain = fma(slope, x[row * D4 + d], dgain);
    #else
    dgain = fma(slope, normal[row * D4 + d], dgain);
    #end
  }
  #for c in 4
  partial[out + 4 * (GAIN + d) + $c] = dgain[$c];
  partial[out + 4 * (SHIFT + d) + $c] = dshift[$c];
  #end
  #end
}
