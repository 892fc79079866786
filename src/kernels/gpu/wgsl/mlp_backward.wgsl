// From the gradient of the block's output to that of the MLP's input, hidden activations computed
// again; dm is what the second linear layer's output gets.
#include mlp_backward_buffers
#include common

var<workgroup> h: array<vec4f, GROUP / TEAM * HIDDEN * ROWS>;

@compute @workgroup_size(GROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  #include team
  let own = id.x % GROUP / TEAM * HIDDEN * ROWS;
  for (var r = 0u; r < ROWS; r++) {
    let index = first_row + r;
    incoming(apart * min(index, rows - 1), select(0, D4, index < rows), local);
  }
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
  for (var r = 0u; r < ROWS; r++) {
    let index = first_row + r;
    outgoing(apart * min(index, rows - 1), select(0, D4, index < rows), local);
  }
  #end
}
#include mlp_backward_ends
