// Heads through a linear layer, added to the residual; then a norm.
#read params: vec4f
#read step: u32
#read x: vec4f
#read residual: vec4f
#write y: vec4f
#write normal: vec4f
#write scales: f32
#include common

@compute @workgroup_size(GROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  #include team
  for (var column = lane * COLUMNS; column < width; column += TEAM * COLUMNS) {
    #include zeros
    for (var k = 0u; k < D4; k++) {
      #for r in ROWS
      let x$r = x[row$r * D4 + k];
      #end
      let weights = WEIGHT + 4 * k * D4 + column;
      let stride = D4;
      #include products
    }
    #for r in ROWS
    #for c in COLUMNS
    y[row$r * D4 + column + $c] = v$r_$c;
    #end
    #end
  }
  #include written
  for (var index = first_row + lane; index < end_row; index += TEAM) { finish(index * apart); }
}
#include finished
