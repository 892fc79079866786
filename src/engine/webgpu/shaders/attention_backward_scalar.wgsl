// As attention_backward.wgsl, for adapters where sharing is slow: an invocation takes QUERIES tokens of
// a head, as queries and as keys. What it keeps lies in arrays, since such adapters compile slowly.
#include attention_backward_buffers
#include common
#include part

// An invocation's tokens, PARTS of each: queries, keys, values, and their gradients.
var<private> q: array<$PART, QUERIES * PARTS>;
var<private> k: array<$PART, QUERIES * PARTS>;
var<private> v: array<$PART, QUERIES * PARTS>;
var<private> dy_own: array<$PART, QUERIES * PARTS>;
var<private> dq: array<$PART, QUERIES * PARTS>;
var<private> dk: array<$PART, QUERIES * PARTS>;
var<private> dv: array<$PART, QUERIES * PARTS>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let head = id.x / GROUPS;
  if (head >= images() * H) { return; }
  let image = head / H * T;
  let part = head % H * PARTS;
  #if DROP
  let dropped = place(0);
  #end
  let first = id.x % GROUPS * QUERIES;
  let count = queries();
  for (var i = 0u; i < QUERIES * PARTS; i++) {
    // The last token may be there twice.
    let place = min(first + i / PARTS, T - 1);
    let token = image + place;
    let own = token * 3 * H * PARTS + part + i % PARTS;
    q[i] = qkv[own] * ROOT;
    k[i] = qkv[own + H * PARTS] * ROOT;
    v[i] = qkv[own + 2 * H * PARTS];
    dy_own[i] = select($PART(), dy[token * H * PARTS + part + i % PARTS], place < count);
  }
  #for r in QUERIES
  let token$r = min(first + $r, T - 1);
  let sum$r = select(-LOWEST, logsumexp[head * T + token$r], token$r < count);
  let delta$r = select(0.0, deltas[head * T + token$r], token$r < count);
  #end
  for (var j = 0u; j < select(count, T, first < count); j++) {
    let at = (image + j) * 3 * H * PARTS + part;
    let at_y = (image + j) * H * PARTS + part;
    let sumj = select(-LOWEST, logsumexp[head * T + j], j < count);
    let deltaj = select(0.0, deltas[head * T + j], j < count);
    #for e in PARTS
    let qj$e = qkv[at + $e];
    let kj$e = qkv[at + H * PARTS + $e];
    let vj$e = qkv[at + 2 * H * PARTS + $e];
    let dyj$e = select($PART(), dy[at_y + $e], j < count);
    #end
    #for r in QUERIES
    // First the other token is the key, then it is the query.
    var score$r = 0.0;
    var slope$r = 0.0;
    var other_score$r = 0.0;
    var other_slope$r = 0.0;
    #for e in PARTS
    score$r += product(q[$r * PARTS + $e], kj$e);
    slope$r += product(dy_own[$r * PARTS + $e], vj$e);
    other_score$r += product(qj$e, k[$r * PARTS + $e]);
    other_slope$r += product(dyj$e, v[$r * PARTS + $e]);
    #end
    #if DROP
    let kept$r = keep_one((head * T + token$r) * T + j, dropped);
    let other_kept$r = keep_one((head * T + j) * T + token$r, dropped);
    #else
    let kept$r = 1.0;
    let other_kept$r = 1.0;
    #end
    let dscore$r = exp(score$r - sum$r) * fma(slope$r, kept$r, -delta$r);
    let probability$r = exp(other_score$r - sumj);
    let other_dscore$r = probability$r * fma(other_slope$r, other_kept$r, -deltaj);
    #for e in PARTS
    dq[$r * PARTS + $e] += kj$e * dscore$r;
    dk[$r * PARTS + $e] += qj$e * other_dscore$r;
    dv[$r * PARTS + $e] += dyj$e * (probability$r * other_kept$r);
    #end
    #end
  }
  for (var i = 0u; i < QUERIES * PARTS; i++) {
    let token = image + min(first + i / PARTS, T - 1);
    let own = token * 3 * H * PARTS + part + i % PARTS;
    dqkv[own] = dq[i] * ROOT;
    dqkv[own + H * PARTS] = dk[i] * ROOT;
    dqkv[own + 2 * H * PARTS] = dv[i];
  }
}
