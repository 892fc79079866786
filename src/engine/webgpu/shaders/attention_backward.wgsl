// Gradients of a head's queries, and of its keys and values: an invocation takes a token as one or as
// the other. Unwanted tokens were no queries. Where it is NEAR, a workgroup has a whole head, and what
// its tokens have in memory of its own.
#include attention_backward_buffers
#include common
#include part

#if NEAR
var<workgroup> q_near: array<$PART, T * PARTS>;
var<workgroup> k_near: array<$PART, T * PARTS>;
var<workgroup> v_near: array<$PART, T * PARTS>;
var<workgroup> dy_near: array<$PART, T * PARTS>;
// The sum and the delta of each query.
var<workgroup> near: array<vec2f, T>;
#end

@compute @workgroup_size(GROUP)
fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  #if NEAR
  let head = group.x;
  let is_key = local >= GROUP / 2;
  let token = local % (GROUP / 2);
  #else
  let head = id.x / (2 * T);
  let is_key = id.x / T % 2 == 1;
  let token = id.x % T;
  if (head >= images() * H) { return; }
  #end
  // In units of PART: of the image's first token, and of the head within a token.
  let image = head / H * T;
  let part = head % H * PARTS;
  let count = wanted();
  #if NEAR
  for (var i = local; i < T * PARTS; i += GROUP) {
    let place = i / PARTS;
    let at = (image + place) * 3 * H * PARTS + part + i % PARTS;
    q_near[i] = qkv[at];
    k_near[i] = qkv[at + H * PARTS];
    v_near[i] = qkv[at + 2 * H * PARTS];
    if (place < count) { dy_near[i] = dy[(image + place) * H * PARTS + part + i % PARTS]; }
  }
  for (var i = local; i < count; i += GROUP) {
    near[i] = vec2f(sums[head * T + i], deltas[head * T + i]);
  }
  workgroupBarrier();
  if (token >= T) { return; }
  #end
  #if DROP
  let dropped = place(0);
  #end
  let own = (image + token) * 3 * H * PARTS + part;
  if (is_key) {
    #for e in PARTS
    let k$e = qkv[own + H * PARTS + $e] * ROOT;
    let v$e = qkv[own + 2 * H * PARTS + $e];
    var dk$e = $PART();
    var dv$e = $PART();
    #end
    for (var j = 0u; j < count; j++) {
      #if NEAR
      let known = near[j];
      #else
      let known = vec2f(sums[head * T + j], deltas[head * T + j]);
      #end
      var score = 0.0;
      var slope = 0.0;
      #for e in PARTS
      #if NEAR
      let q$e = q_near[j * PARTS + $e];
      let dy$e = dy_near[j * PARTS + $e];
      #else
      let q$e = qkv[(image + j) * 3 * H * PARTS + part + $e];
      let dy$e = dy[(image + j) * H * PARTS + part + $e];
      #end
      score += product(q$e, k$e);
      slope += product(dy$e, v$e);
      #end
      #if DROP
      let kept = keep_one((head * T + j) * T + token, dropped);
      #else
      let kept = 1.0;
      #end
      let probability = exp(score - known.x);
      let dscore = probability * fma(slope, kept, -known.y);
      #for e in PARTS
      dk$e += q$e * dscore;
      dv$e += dy$e * (probability * kept);
      #end
    }
    #for e in PARTS
    dqkv[own + H * PARTS + $e] = dk$e * ROOT;
    dqkv[own + 2 * H * PARTS + $e] = dv$e;
    #end
    return;
  }
  let is_query = token < count;
  let sum = select(0.0, sums[head * T + token], is_query);
  let delta = select(0.0, deltas[head * T + token], is_query);
  #for e in PARTS
  let q$e = qkv[own + $e] * ROOT;
  let dy$e = select($PART(), dy[(image + token) * H * PARTS + part + $e], is_query);
  var dq$e = $PART();
  #end
  for (var j = 0u; j < select(0, T, is_query); j++) {
    var score = 0.0;
    var slope = 0.0;
    #for e in PARTS
    #if NEAR
    let k$e = k_near[j * PARTS + $e];
    let v$e = v_near[j * PARTS + $e];
    #else
    let k$e = qkv[(image + j) * 3 * H * PARTS + H * PARTS + part + $e];
    let v$e = qkv[(image + j) * 3 * H * PARTS + 2 * H * PARTS + part + $e];
    #end
    score += product(q$e, k$e);
    slope += product(dy$e, v$e);
    #end
    #if DROP
    let kept = keep_one((head * T + token) * T + j, dropped);
    #else
    let kept = 1.0;
    #end
    let dscore = exp(score - sum) * fma(slope, kept, -delta);
    #for e in PARTS
    dq$e += k$e * dscore;
    #end
  }
  #for e in PARTS
  dqkv[own + $e] = dq$e * ROOT;
  #end
}
