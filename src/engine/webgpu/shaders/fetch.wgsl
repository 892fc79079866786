
// A tile of weights, for all groups of the workgroup.
var<workgroup> tile: array<vec4f, 16 * LANES>;

// Takes `rows` rows of the tile, `columns` to a row, from those that lie `stride` apart.
fn fetch(begin: u32, stride: u32, rows: u32, columns: u32, local: u32) {
  workgroupBarrier();
  for (var i = local; i < rows * columns; i += WORKGROUP) {
    tile[i] = params[begin + i / columns * stride + i % columns];
  }
  workgroupBarrier();
}
