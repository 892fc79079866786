// From the gradient of the block's output to that of the MLP's input, hidden activations computed
// again; dm is what the second linear layer's output gets.
#read params: vec4f
#read step: u32
#if PRE
#read dy: vec4f
#read x: f32
#else
#read dnormed: vec4f
#read normal: vec4f
#end
#read scales: f32
#if POST
#read middle: f32
#end
#write dx: vec4f
#write dm: f32
#if PRE
#write dnormed: vec4f
#end
#include common

@compute @workgroup_size(GROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  #include rows
  for (var row = first_row; row < end_row; row++) { incoming(row); }
  #for r in ROWS
  #for d in D4
  #if PRE
  var v$r_$d = vec4f(0);
  #else
  var v$r_$d = dx[row$r * D4 + $d];
  #end
  #end
  #end
  #if DROP
  let hidden_key = place(2);
  #end
  for (var j = 0u; j < F4; j += HIDDEN) {
    #for u in HIDDEN
    let b$u = params[BIAS1 + j + $u];
    #for r in ROWS
    var h$r_$u = b$u;
    var g$r_$u = vec4f(0);
    #end
    #end
    for (var k = 0u; k < D; k++) {
      #include hidden
      #for r in ROWS
      let m$r = vec4f(dm[row$r * D + k]);
      #end
      let weights = k * F4 + j;
      #for u in HIDDEN
      let w$u = params[WEIGHT1 + weights + $u];
      let t$u = params[TRANSPOSED2 + weights + $u];
      #for r in ROWS
      h$r_$u = fma(z$r, w$u, h$r_$u);
      g$r_$u = fma(m$r, t$u, g$r_$u);
      #end
      #end
    }
    #for u in HIDDEN
    #for r in ROWS
    g$r_$u *= activated(h$r_$u).slope;
    #if DROP
    g$r_$u *= keep(4 * (row$r * F4 + j + $u), hidden_key);
    #end
    #end
    for (var c = 0u; c < 4; c++) {
      let weights = TRANSPOSED1 + (4 * (j + $u) + c) * D4;
      #for r in ROWS
      let x$r = vec4f(g$r_$u[c]);
      #end
      #include add_row
    }
    #end
  }
  #for r in ROWS
  #for d in D4
  #if PRE
  dnormed[row$r * D4 + $d] = v$r_$d;
  #else
  dx[row$r * D4 + $d] = v$r_$d;
  #end
  #end
  #end
  #if PRE
  for (var row = first_row; row < end_row; row++) { outgoing(row); }
  #end
}

// dm of a token; post-norm's residual gets what the norm's input gets.
fn incoming(row: u32) {
  #if DROP
  let key = place(3);
  #end
  #if POST
  let s = slopes(row);
  #end
  for (var d = 0u; d < D4; d++) {
    let at = row * D4 + d;
    #if PRE
    var slope = dy[at];
    #else
    var slope = through(row, d, s);
    dx[at] = slope;
    #end
    #if DROP
    slope *= keep(4 * at, key);
    #end
    dm[4 * at] = slope.x;
    dm[4 * at + 1] = slope.y;
    dm[4 * at + 2] = slope.z;
    dm[4 * at + 3] = slope.w;
  }
}

#if PRE
// Pre-norm's residual gets the gradient of the output.
fn outgoing(row: u32) {
  let s = slopes(row);
  for (var d = 0u; d < D4; d++) { dx[row * D4 + d] = dy[row * D4 + d] + through(row, d, s); }
}

fn normal_at(at: u32) -> vec4f { return vec4f(x[4 * at], x[4 * at + 1], x[4 * at + 2], x[4 * at + 3]); }
#else
fn normal_at(at: u32) -> vec4f { return normal[at]; }
#end
#include normalize_backward
