// Gradients of a linear layer over a segment of images: xᵀ · dy, INPUTS by COLUMNS times four by four
// to SHARE invocations of a workgroup, which take turns at tokens; then, if there is a norm, its.
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

const ACROSS_OUTPUTS = OUT4 / COLUMNS;
const ALL_TILES = D4 / INPUTS * ACROSS_OUTPUTS;
const GROUPS = (ALL_TILES + TILES - 1) / TILES;

// Of a tile.
var<private> sums: array<vec4f, 4 * INPUTS * COLUMNS>;
var<private> dbias: array<vec4f, COLUMNS>;

@compute @workgroup_size(GROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  #if ALL
  let apart = 1u;
  let tokens = T;
  #else
  let apart = gap();
  let tokens = wanted();
  #end
  let first = group.y * step[2] * tokens + local / TILES;
  let end = min((group.y + 1) * step[2], images()) * tokens;
  let out = group.y * PARAMETERS / 4;
  #if DROP & DROPPED
  let key = place(1);
  #end
  if (group.x < GROUPS) {
    // The last workgroup may have fewer tiles, and repeats the last one.
    let tile = min(group.x * TILES + local % TILES, ALL_TILES - 1);
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
    for (var index = first; index < end; index += SHARE) {
      let row = index * apart;
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
      // x is what a norm normalised, before its gain and bias.
      let gain = params[GAIN + i + input / 4][input % 4];
      let shift = params[SHIFT + i + input / 4][input % 4];
      sum = sum * gain + dbias[at % COLUMNS] * shift;
      #end
      if (local < TILES) { partial[out + WEIGHT + (4 * i + input) * OUT4 + o + at % COLUMNS] = sum; }
    }
    return;
  }
  #if NORM
  let d = min((group.x - GROUPS) * TILES + local % TILES, D4 - 1);
  var dgain = vec4f(0);
  var dshift = vec4f(0);
  for (var index = first; index < end; index += SHARE) {
    let row = index * apart;
    let slope = dnormed[row * D4 + d];
    dshift += slope;
    #if AFFINE
    dgain = fma(slope, x[row * D4 + d], dgain);
    #else
    dgain = fma(slope, normal[row * D4 + d], dgain);
    #end
  }
  dgain = gathered(dgain, local);
  dshift = gathered(dshift, local);
  partial[out + GAIN + d] = dgain;
  partial[out + SHIFT + d] = dshift;
  #end
}
#include gathered
