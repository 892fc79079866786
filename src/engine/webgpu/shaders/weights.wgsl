// Gradients of a linear layer over a segment of images: xᵀ · dy, INPUTS by COLUMNS times four by four
// to SPLIT invocations of a workgroup, which take turns at tokens; then, if there is a norm, its.
#if AFFINE
#read params: vec4f
#end
#read uniforms: u32
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

const ACROSS_OUTPUTS = OUT4 / COLUMNS;
const ALL_TILES = D4 / INPUTS * ACROSS_OUTPUTS;
const WORKGROUPS = (ALL_TILES + TILES - 1) / TILES;

// Sums of a tile.
var<private> sums: array<vec4f, 4 * INPUTS * COLUMNS>;
var<private> dbias: array<vec4f, COLUMNS>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) workgroup_id: vec3u, @builtin(local_invocation_index) local: u32) {
  #if ALL
  let row_stride = 1u;
  let tokens = T;
  #else
  let row_stride = query_stride();
  let tokens = queries();
  #end
  let first = workgroup_id.y * uniforms[2] * tokens + local / TILES;
  let end = min((workgroup_id.y + 1) * uniforms[2], images()) * tokens;
  let out = workgroup_id.y * PARAMETERS / 4;
  #if DROP & DROPPED
  let key = place(1);
  #end
  if (workgroup_id.x < WORKGROUPS) {
    // The last workgroup may have fewer tiles, and repeats the last one.
    let tile = min(workgroup_id.x * TILES + local % TILES, ALL_TILES - 1);
    let i = tile / ACROSS_OUTPUTS * INPUTS;
    let o = tile % ACROSS_OUTPUTS * COLUMNS;
    #for c in COLUMNS
    var dbias$c = vec4f(0);
    #for t in INPUTS
    #for e in 4
    var sum$t_$e_$c = vec4f(0);
    #end
    #end
    #end
    for (var index = first; index < end; index += SPLIT) {
      let row = index * row_stride;
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
    dbias[$c] = dbias$c;
    #for t in INPUTS
    #for e in 4
    sums[(4 * $t + $e) * COLUMNS + $c] = sum$t_$e_$c;
    #end
    #end
    #end
    for (var c = 0u; c < COLUMNS; c++) {
      dbias[c] = gathered(dbias[c], local);
      if (local < TILES && i == 0) { partial[out + BIAS + o + c] = dbias[c]; }
    }
    for (var at = 0u; at < 4 * INPUTS * COLUMNS; at++) {
      var sum = gathered(sums[at], local);
      let input = at / COLUMNS;
      #if AFFINE
      // x is what a norm normalised, before its norm_weight and bias.
      let norm_weight = params[NORM_WEIGHT + i + input / 4][input % 4];
      let norm_bias = params[NORM_BIAS + i + input / 4][input % 4];
      sum = sum * norm_weight + dbias[at % COLUMNS] * norm_bias;
      #end
      if (local < TILES) { partial[out + WEIGHT + (4 * i + input) * OUT4 + o + at % COLUMNS] = sum; }
    }
    return;
  }
  #if NORM
  let d = min((workgroup_id.x - WORKGROUPS) * TILES + local % TILES, D4 - 1);
  var dnorm_weight = vec4f(0);
  var dnorm_bias = vec4f(0);
  for (var index = first; index < end; index += SPLIT) {
    let row = index * row_stride;
    let slope = dnormed[row * D4 + d];
    dnorm_bias += slope;
    #if AFFINE
    dnorm_weight = fma(slope, x[row * D4 + d], dnorm_weight);
    #else
    dnorm_weight = fma(slope, normal[row * D4 + d], dnorm_weight);
    #end
  }
  dnorm_weight = gathered(dnorm_weight, local);
  dnorm_bias = gathered(dnorm_bias, local);
  partial[out + NORM_WEIGHT + d] = dnorm_weight;
  partial[out + NORM_BIAS + d] = dnorm_bias;
  #end
}
#include gathered
