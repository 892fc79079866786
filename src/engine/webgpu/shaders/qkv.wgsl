// Queries, keys and values of tokens, COLUMNS times four outputs to an invocation. Pre-norm gets the
// tokens normalised, before norm_weight and bias.
#read params: vec4f
#read uniforms: u32
#read x: vec4f
#write y: vec4f
#include common

// A tile of outputs.
var<private> v: array<vec4f, ROWS * COLUMNS>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let group = id.x / (OUT4 / COLUMNS);
  let column = id.x % (OUT4 / COLUMNS) * COLUMNS;
  #include rows
  #for c in COLUMNS
  let b$c = params[BIAS + column + $c];
  #for r in ROWS
  var v$r_$c = b$c;
  #end
  #end
  for (var k = 0u; k < D4; k++) {
    #include inputs
    let weights = WEIGHT + 4 * k * OUT4 + column;
    let stride = OUT4;
    #include products
  }
  #include tile
  for (var i = 0u; i < ROWS * COLUMNS; i++) {
    y[min(first_row + i % ROWS, rows - 1) * OUT4 + column + i / ROWS] = v[i];
  }
}
