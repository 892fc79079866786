// The beginning of every shader. `uniforms` holds, from where it is bound: images in the batch,
// segments that weight gradients are summed in, images per segment, queries of an image, and from 4 on
// two words of a key for each place with dropout.

fn images() -> u32 { return uniforms[0]; }

// All tokens, or the first, the class token: of the last block, nothing else is read.
fn queries() -> u32 { return uniforms[3]; }

// From the row of a query to the next one's.
fn query_stride() -> u32 { return T / queries(); }

#if DROP
fn place(index: u32) -> vec2u { return vec2u(uniforms[4 + 2 * index], uniforms[5 + 2 * index]); }

// 0 or SCALE for the values at `first` and the three after it: Dropout::factor.
fn keep(first: u32, key: vec2u) -> vec4f {
  var x = (vec4u(first) + vec4u(0, 1, 2, 3)) ^ vec4u(key.x);
  x = (x ^ (x >> vec4u(16))) * 0x7feb352du;
  x ^= vec4u(key.y);
  x = (x ^ (x >> vec4u(15))) * 0x846ca68bu;
  x ^= x >> vec4u(16);
  return select(vec4f(SCALE), vec4f(0), x < vec4u(THRESHOLD));
}

fn keep_one(position: u32, key: vec2u) -> f32 {
  var x = position ^ key.x;
  x = (x ^ (x >> 16)) * 0x7feb352du;
  x ^= key.y;
  x = (x ^ (x >> 15)) * 0x846ca68bu;
  x ^= x >> 16;
  return select(SCALE, 0, x < THRESHOLD);
}
#end

fn total(x: vec4f) -> f32 { return dot(x, vec4f(1)); }

struct Activated { value: vec4f, slope: vec4f }

#if RELU
fn activate(x: vec4f) -> vec4f { return max(x, vec4f(0)); }

fn activated(x: vec4f) -> Activated {
  return Activated(activate(x), select(vec4f(0), vec4f(1), x > vec4f(0)));
}
#end

#if GELU
// The standard normal distribution: e^(-a²/2) · g(a) below zero, where a = |x| and g is a
// polynomial in 1 / (1 + 0.3 a), fitted for 0 ≤ a ≤ 14.5 with a relative error of at most 6e-8.
fn distribution(x: vec4f, density: vec4f) -> vec4f {
  let t = 1 / fma(abs(x), vec4f(0.3), vec4f(1));
  var g = vec4f(0.038407404);
  g = fma(g, t, vec4f(-0.16930752));
  g = fma(g, t, vec4f(0.22895187));
  g = fma(g, t, vec4f(-0.07683977));
  g = fma(g, t, vec4f(0.14276534));
  g = fma(g, t, vec4f(0.094585836));
  g = fma(g, t, vec4f(0.12194527));
  g = fma(g, t, vec4f(0.11948421));
  g = fma(g, t, vec4f(7.372429e-6));
  let tail = density * g;
  return select(tail, 1 - tail, x > vec4f(0));
}

fn activate(x: vec4f) -> vec4f {
  return x * distribution(x, exp(-0.5 * x * x));
}

fn activated(x: vec4f) -> Activated {
  let density = exp(-0.5 * x * x);
  let below = distribution(x, density);
  return Activated(x * below, fma(x * density, vec4f(0.3989422804), below));
}
#end
