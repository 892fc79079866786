// The MLP with its residual, four hidden activations at a time.
#read params: vec4f
#read step: u32
#read residual: vec4f
#write y: vec4f
#if SAVE
#write normal: vec4f
#write scales: f32
#end
#include common

@compute @workgroup_size(GROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  #include rows
  #for r in ROWS
  #for d in D4
  var z$r_$d = residual[row$r * D4 + $d];
  #end
  #end
  #if PRE
  {
    #for r in ROWS
    #for d in D4
    var v$r_$d = z$r_$d;
    #end
    #end
    #include normalize
    #for r in ROWS
    #if SAVE
    scales[row$r] = scale$r;
    #end
    #for d in D4
    #if SAVE
    normal[row$r * D4 + $d] = v$r_$d;
    #end
    z$r_$d = fma(v$r_$d, params[GAIN + $d], params[SHIFT + $d]);
    #end
    #end
  }
  #end
  #for r in ROWS
  #for d in D4
  var v$r_$d = params[BIAS2 + $d];
  #end
  #end
  #if DROP
  let hidden_key = place(2);
  #end
  for (var j = 0u; j < F4; j++) {
    #include hidden
    #for r in ROWS
    h$r = activate(h$r);
    #if DROP
    h$r *= keep(4 * (row$r * F4 + j), hidden_key);
    #end
    #end
    #for c in 4
    #for d in D4
    let u$c_$d = params[WEIGHT2 + (4 * j + $c) * D4 + $d];
    #for r in ROWS
    v$r_$d = fma(vec4f(h$r[$c]), u$c_$d, v$r_$d);
    #end
    #end
    #end
  }
  #if DROP
  let key = place(3);
  #end
  #include finish
}
