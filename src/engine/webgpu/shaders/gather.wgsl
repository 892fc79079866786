// Gathered images, changed as data/augment.rs does it, normalised and embedded: a workgroup for each.
// `change` holds for each image sine and cosine of an angle, two scales, shear, two shifts, the share
// of the way to the darkest neighbour (below 0 the lightest), the gain of contrast, and from 10 on how
// far each of 5 x 5 knots moves along x and y. `moved` holds images in between: it is not shared
// memory, whose zeroing software adapters compile value by value.
#read params: vec4f
#read uniforms: u32
#read pixels: u32
#read indices: u32
#read change: f32
#write moved: f32
#write image: f32
#write y: vec4f
#include common
#include embedded

const KNOTS = 5u;
const PIVOT = 0.4;

// 0 to 255; outside the image is paper.
fn pixel(gathered: u32, column: i32, row: i32) -> f32 {
  if (column < 0 || row < 0 || column >= i32(SIDE) || row >= i32(SIDE)) { return 0; }
  let at = gathered * SIDE * SIDE + u32(row) * SIDE + u32(column);
  return f32((pixels[at / 4] >> (8 * (at % 4))) & 255);
}

// Weights of the four knots around a place; beyond the ends the last knot counts again.
fn catmull_rom(t: f32) -> vec4f {
  return vec4f(
    ((2 - t) * t - 1) * t,
    (3 * t - 5) * t * t + 2,
    ((4 - 3 * t) * t + 1) * t,
    (t - 1) * t * t,
  ) / 2;
}

fn displacement(knots: u32, at: vec2f) -> vec2f {
  let place = clamp(at, vec2f(0), vec2f(1)) * f32(KNOTS - 1);
  let cell = min(vec2u(place), vec2u(KNOTS - 2));
  let across = catmull_rom(place.x - f32(cell.x));
  let down = catmull_rom(place.y - f32(cell.y));
  var sum = vec2f(0);
  for (var j = 0u; j < 4; j++) {
    let row = min(max(cell.y + j, 1) - 1, KNOTS - 1);
    for (var i = 0u; i < 4; i++) {
      let column = min(max(cell.x + i, 1) - 1, KNOTS - 1);
      let knot = knots + 2 * (row * KNOTS + column);
      sum += down[j] * across[i] * vec2f(change[knot], change[knot + 1]);
    }
  }
  return sum;
}

fn resampled(gathered: u32, numbers: u32, column: u32, row: u32) -> f32 {
  let middle = (f32(SIDE) - 1) / 2;
  let sine = change[numbers];
  let cosine = change[numbers + 1];
  let x = f32(column) - middle - change[numbers + 5];
  let y = f32(row) - middle - change[numbers + 6];
  let turned = vec2f(x * cosine + y * sine, y * cosine - x * sine);
  var origin = vec2f(
    (turned.x + change[numbers + 4] * turned.y) / change[numbers + 2],
    turned.y / change[numbers + 3],
  );
  origin += middle + displacement(numbers + 10, vec2f(f32(column), f32(row)) / max(2 * middle, 1));
  let corner = floor(origin);
  let part = origin - corner;
  let c = vec2i(corner);
  let upper = mix(pixel(gathered, c.x, c.y), pixel(gathered, c.x + 1, c.y), part.x);
  let lower = mix(pixel(gathered, c.x, c.y + 1), pixel(gathered, c.x + 1, c.y + 1), part.x);
  return min(mix(upper, lower, part.y) / 255, 1);
}

// The darkest or the lightest of a pixel and those around it.
fn extreme(first: u32, column: u32, row: u32, darkest: bool) -> f32 {
  var found = moved[first + row * SIDE + column];
  for (var j = max(row, 1) - 1; j <= min(row + 1, SIDE - 1); j++) {
    for (var i = max(column, 1) - 1; i <= min(column + 1, SIDE - 1); i++) {
      let value = moved[first + j * SIDE + i];
      found = select(min(found, value), max(found, value), darkest);
    }
  }
  return found;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) workgroup_id: vec3u, @builtin(local_invocation_index) local: u32) {
  let gathered = indices[workgroup_id.x];
  let numbers = 64 * workgroup_id.x;
  let first = workgroup_id.x * SIDE * SIDE;
  for (var at = local; at < SIDE * SIDE; at += WORKGROUP) {
    moved[first + at] = resampled(gathered, numbers, at % SIDE, at / SIDE);
  }
  storageBarrier();
  let thicker = change[numbers + 7];
  let gain = change[numbers + 8];
  for (var at = local; at < SIDE * SIDE; at += WORKGROUP) {
    var value = moved[first + at];
    if (thicker != 0) {
      value += abs(thicker) * (extreme(first, at % SIDE, at / SIDE, thicker > 0) - value);
    }
    if (gain > 1) { value = clamp((value - PIVOT) * gain + PIVOT, 0, 1); }
    image[first + at] = (value - MEAN) / DEVIATION;
  }
  storageBarrier();
  for (var at = local; at < T * D4; at += WORKGROUP) { embed(workgroup_id.x, at); }
}
