// Gradients of a linear layer over a segment of images: xᵀ · dy, INPUTS by COLUMNS times four by four
// to an invocation; then the bias's and, if there is one, a norm's.
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
#write partial: vec4f
#include common

@compute @workgroup_size(GROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let first = id.y * step[2] * T;
  let end = min((id.y + 1) * step[2], images()) * T;
  let out = id.y * PARAMETERS / 4;
  #if DROP & DROPPED
  let key = place(1);
  #end
  let tiles = OUT4 / COLUMNS;
  if (id.x < D4 / INPUTS * tiles) {
    let i = id.x / tiles * INPUTS;
    let o = id.x % tiles * COLUMNS;
    #for c in COLUMNS
    var dbias$c = vec4f(0);
    #for t in INPUTS
    #for e in 4
    var sum$t_$e_$c = vec4f(0);
    #end
    #end
    #end
    for (var row = first; row < end; row++) {
      #for t in INPUTS
      let x$t = x[row * D4 + i + $t];
      #end
      #for c in COLUMNS
      var g$c = dy[row * OUT4 + o + $c];
      #if DROP & DROPPED
      g$c *= keep(4 * (row * OUT4 + o + $c), key);
      #end
      dbias$c += g$c;
      #for t in INPUTS
      #for e in 4
      sum$t_$e_$c = fma(vec4f(x$t[$e]), g$c, sum$t_$e_$c);
      #end
      #end
      #end
    }
    #for c in COLUMNS
    #for t in INPUTS
    #for e in 4
    #if AFFINE
    // x is what a norm normalised, before its gain and bias.
    sum$t_$e_$c = sum$t_$e_$c * params[GAIN + i + $t][$e] + dbias$c * params[SHIFT + i + $t][$e];
    #end
    partial[out + WEIGHT + (4 * (i + $t) + $e) * OUT4 + o + $c] = sum$t_$e_$c;
    #end
    #end
    if (i == 0) { partial[out + BIAS + o + $c] = dbias$c; }
    #end
    return;
  }
  #if NORM
  let d = id.x - D4 / INPUTS * tiles;
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
  partial[out + GAIN + d] = dgain;
  partial[out + SHIFT + d] = dshift;
  #end
}
