// From the gradient of the block's output to that of the MLP's input, hidden activations computed
// again; dm is what the second linear layer's output gets.
#read params: vec4f
#read step: u32
#if PRE
#read dy: vec4f
#read x: vec4f
#else
#read dnormed: vec4f
#read normal: vec4f
#end
#read scales: f32
#if POST
#read middle: vec4f
#end
#write dx: vec4f
#write dm: vec4f
#if PRE
#write dnormed: vec4f
#end
#include common

#if TEAMS
var<workgroup> h: array<vec4f, GROUP / TEAM * HIDDEN * ROWS>;
#else
var<private> h: array<vec4f, HIDDEN * ROWS>;
#end

@compute @workgroup_size(GROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  #include team
  #if TEAMS
  let own = id.x % GROUP / TEAM * HIDDEN * ROWS;
  #else
  let own = 0u;
  #end
  for (var index = first_row + lane; index < end_row; index += TEAM) { incoming(index * apart); }
  #include written
  #if DROP
  let key = place(2);
  #end
  for (var j = 0u; j < F4; j += HIDDEN) {
    #include hidden
    for (var i = lane; i < HIDDEN * ROWS; i += TEAM) {
      h[own + i] = activated(h[own + i]).slope;
      #if DROP
      h[own + i] *= keep(4 * (min(first_row + i % ROWS, rows - 1) * F4 + j + i / ROWS), key);
      #end
    }
    #include together
    // Their gradients.
    for (var column = lane * COLUMNS; column < HIDDEN; column += TEAM * COLUMNS) {
      #include zeros
      for (var k = 0u; k < D4; k++) {
        #for r in ROWS
        let x$r = dm[row$r * D4 + k];
        #end
        let weights = TRANSPOSED2 + 4 * k * F4 + j + column;
        let stride = F4;
        #include products
      }
      #for r in ROWS
      #for c in COLUMNS
      h[own + (column + $c) * ROWS + $r] *= v$r_$c;
      #end
      #end
    }
    #include together
    for (var column = lane * COLUMNS; column < width; column += TEAM * COLUMNS) {
      #for r in ROWS
      #for c in COLUMNS
      var v$r_$c = $SUM[row$r * D4 + column + $c];
      #end
      #end
      for (var k = 0u; k < HIDDEN; k++) {
        #for r in ROWS
        let x$r = h[own + k * ROWS + $r];
        #end
        let weights = TRANSPOSED1 + 4 * (j + k) * D4 + column;
        let stride = D4;
        #include products
      }
      #for r in ROWS
      #for c in COLUMNS
      $SUM[row$r * D4 + column + $c] = v$r_$c;
      #end
      #end
    }
    #include together
  }
  #if PRE
  #include written
  for (var index = first_row + lane; index < end_row; index += TEAM) { outgoing(index * apart); }
  #end
}

// dm of a token, and where the sum over hidden activations starts: with what post-norm's residual
// gets, which is what the norm's input gets.
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
    dnormed[at] = vec4f(0);
    #else
    var slope = through(row, d, s);
    dx[at] = slope;
    #end
    #if DROP
    slope *= keep(4 * (row / gap() * D4 + d), key);
    #end
    dm[at] = slope;
  }
}

#if PRE
// Pre-norm's residual gets the gradient of the output.
fn outgoing(row: u32) {
  let s = slopes(row);
  for (var d = 0u; d < D4; d++) { dx[row * D4 + d] = dy[row * D4 + d] + through(row, d, s); }
}

fn normal_at(at: u32) -> vec4f { return x[at]; }
#else
fn normal_at(at: u32) -> vec4f { return normal[at]; }
#end
#include normalize_backward
