// The MLP with its residual, HIDDEN times four hidden activations at a time; then a norm.
#include mlp_buffers
#include common

var<workgroup> h: array<vec4f, GROUP / TEAM * HIDDEN * ROWS>;

@compute @workgroup_size(GROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  #include team
  let own = id.x % GROUP / TEAM * HIDDEN * ROWS;
  #if DROP
  let key = place(2);
  #end
  for (var j = 0u; j < F4; j += HIDDEN) {
    #include hidden
    for (var i = lane; i < HIDDEN * ROWS; i += TEAM) {
      h[own + i] = activate(h[own + i]);
      #if DROP
      h[own + i] *= keep(4 * (min(first_row + i % ROWS, rows - 1) * F4 + j + i / ROWS), key);
      #end
    }
    #include together
    for (var column = lane * COLUMNS; column < width; column += TEAM * COLUMNS) {
      #for r in ROWS
      #for c in COLUMNS
      var v$r_$c = select(vec4f(0), y[row$r * D4 + column + $c], j > 0);
      #end
      #end
      for (var k = 0u; k < HIDDEN; k++) {
        #for r in ROWS
        let x$r = h[own + k * ROWS + $r];
        #end
        let weights = WEIGHT2 + 4 * (j + k) * D4 + column;
        let stride = D4;
        #include products
      }
      #for r in ROWS
      #for c in COLUMNS
      y[row$r * D4 + column + $c] = v$r_$c;
      #end
      #end
    }
    #include together
  }
  #include written
  for (var r = 0u; r < ROWS; r++) {
    let index = first_row + r;
    finish(apart * min(index, rows - 1), select(0, D4, index < rows), local);
  }
}
#include finished
