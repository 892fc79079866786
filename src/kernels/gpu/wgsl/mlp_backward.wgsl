// From the gradient of the block's output to that of the MLP's input, hidden activations computed
// again; dm is what the second linear layer's output gets.
#read params: vec4f
#read step: u32
#read dy: vec4f
#read normal: vec4f
#read scales: f32
#if POST
#read x: vec4f
#end
#write dx: vec4f
#write dm: vec4f
#if PRE
#write dz: vec4f
#end
#include common

@compute @workgroup_size(GROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  #include rows
  #if DROP
  let key = place(3);
  let hidden_key = place(2);
  #end
  #for r in ROWS
  #for d in D4
  #if PRE
  let z$r_$d = fma(normal[row$r * D4 + $d], params[GAIN + $d], params[SHIFT + $d]);
  #else
  let z$r_$d = x[row$r * D4 + $d];
  #end
  #end
  #end
  #for r in ROWS
  #for d in D4
  var m$r_$d = dy[row$r * D4 + $d];
  #end
  #end
  #if POST
  {
    #for r in ROWS
    #for d in D4
    var v$r_$d = m$r_$d;
    #end
    #end
    #include normalize_backward
    #for r in ROWS
    #for d in D4
    m$r_$d = v$r_$d;
    #end
    #end
  }
  #end
  // Post-norm's residual gets what the norm's input gets; pre-norm adds the output's gradient last.
  #for r in ROWS
  #for d in D4
  #if PRE
  var v$r_$d = vec4f(0);
  #else
  var v$r_$d = m$r_$d;
  #end
  #if DROP
  m$r_$d *= keep(4 * (row$r * D4 + $d), key);
  #end
  dm[row$r * D4 + $d] = m$r_$d;
  #end
  #end
  for (var j = 0u; j < F4; j++) {
    #include hidden
    #for r in ROWS
    var g$r = vec4f(0);
    #end
    #for c in 4
    #for d in D4
    let u$c_$d = params[WEIGHT2 + (4 * j + $c) * D4 + $d];
    #for r in ROWS
    g$r[$c] += dot(m$r_$d, u$c_$d);
    #end
    #end
    #end
    #for r in ROWS
    g$r *= activated(h$r).slope;
    #if DROP
    g$r *= keep(4 * (row$r * F4 + j), hidden_key);
    #end
    #end
    #for d in D4
    #for c in 4
    #for r in ROWS
    v$r_$d[$c] += dot(g$r, w$d_$c);
    #end
    #end
    #end
  }
  #if PRE
  #for r in ROWS
  #for d in D4
  dz[row$r * D4 + $d] = v$r_$d;
  #end
  #end
  #include normalize_backward
  #for r in ROWS
  #for d in D4
  v$r_$d += dy[row$r * D4 + $d];
  #end
  #end
  #end
  #for r in ROWS
  #for d in D4
  dx[row$r * D4 + $d] = v$r_$d;
  #end
  #end
}
