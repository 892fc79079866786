// Queries, keys and values of tokens, which pre-norm normalises first.
#read params: vec4f
#read step: u32
#read x: vec4f
#write y: vec4f
#if PRE & SAVE
#write normal: vec4f
#write scales: f32
#end
#include common

@compute @workgroup_size(GROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  #include rows
  #for r in ROWS
  #for d in D4
  var v$r_$d = x[row$r * D4 + $d];
  #end
  #end
  #if PRE
  #include normalize
  #for r in ROWS
  #if SAVE
  scales[row$r] = scale$r;
  #end
  #for d in D4
  #if SAVE
  normal[row$r * D4 + $d] = v$r_$d;
  #end
  v$r_$d = fma(v$r_$d, params[GAIN + $d], params[SHIFT + $d]);
  #end
  #end
  #end
  for (var o = 0u; o < 3 * D4; o++) {
    #for r in ROWS
    var sum$r = params[BIAS + o];
    #end
    #for d in D4
    #for c in 4
    let w$d_$c = params[WEIGHT + (4 * $d + $c) * 3 * D4 + o];
    #for r in ROWS
    sum$r = fma(vec4f(v$r_$d[$c]), w$d_$c, sum$r);
    #end
    #end
    #end
    #for r in ROWS
    y[row$r * 3 * D4 + o] = sum$r;
    #end
  }
}
