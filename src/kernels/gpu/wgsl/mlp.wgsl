// The MLP with its residual, HIDDEN times four hidden activations at a time; then a norm.
#read params: vec4f
#read step: u32
#if PRE
#read x: vec4f
#end
#read residual: vec4f
#write y: vec4f
#write normal: vec4f
#write scales: f32
#include common

var<private> h: array<vec4f, HIDDEN * ROWS>;

@compute @workgroup_size(GROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  #include rows
  #if DROP
  let key = place(2);
  #end
  for (var j = 0u; j < F4; j += HIDDEN) {
    #include hidden
    for (var i = 0u; i < HIDDEN * ROWS; i++) {
      h[i] = activate(h[i]);
      #if DROP
      h[i] *= keep(4 * (min(first_row + i % ROWS, rows - 1) * F4 + j + i / ROWS), key);
      #end
    }
    for (var column = 0u; column < D4; column += COLUMNS) {
      #for r in ROWS
      #for c in COLUMNS
      var v$r_$c = select(vec4f(0), y[row$r * D4 + column + $c], j > 0);
      #end
      #end
      for (var k = 0u; k < HIDDEN; k++) {
        #for r in ROWS
        let x$r = h[k * ROWS + $r];
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
  }
  for (var row = first_row; row < end_row; row++) { finish(row); }
}
#include finished
