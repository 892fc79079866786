// Gradients of a head's queries, and of its keys and values: an invocation takes a token as one or as
// the other. In the last block only the class token has a query. Where it is SHARED, a workgroup has a
// whole head, whose queries, keys, values and gradients lie in shared memory.
#include attention_backward_buffers
#include common
#include part

#if SHARED
var<workgroup> q_shared: array<$PART, T * PARTS>;
var<workgroup> k_shared: array<$PART, T * PARTS>;
var<workgroup> v_shared: array<$PART, T * PARTS>;
var<workgroup> dy_shared: array<$PART, T * PARTS>;
// The sum and the delta of each query.
var<workgroup> sums_shared: array<vec2f, T>;
#end

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(workgroup_id) workgroup_id: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  #if SHARED
  let head = workgroup_id.x;
  let is_key = local >= WORKGROUP / 2;
  let token = local % (WORKGROUP / 2);
  #else
  let head = id.x / (2 * T);
  let is_key = id.x / T % 2 == 1;
  let token = id.x % T;
  if (head >= images() * H) { return; }
  #end
  // In units of PART: of the image's first token, and of the head within a token.
  let image = head / H * T;
  let part = head % H * PARTS;
  let count = queries();
  #if SHARED
  for (var i = local; i < T * PARTS; i += WORKGROUP) {
    let place = i / PARTS;
    let at = (image + place) * 3 * H * PARTS + part + i % PARTS;
    q_shared[i] = qkv[at];
    k_shared[i] = qkv[at + H * PARTS];
    v_shared[i] = qkv[at + 2 * H * PARTS];
    if (place < count) { dy_shared[i] = dy[(image + place) * H * PARTS + part + i % PARTS]; }
  }
  for (var i = local; i < count; i += WORKGROUP) {
    sums_shared[i] = vec2f(logsumexp[head * T + i], deltas[head * T + i]);
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
      #if SHARED
      let known = sums_shared[j];
      #else
      let known = vec2f(logsumexp[head * T + j], deltas[head * T + j]);
      #end
      var score = 0.0;
      var slope = 0.0;
      #for e in PARTS
      #if SHARED
      let q$e = q_shared[j * PARTS + $e];
      let dy$e = dy_shared[j * PARTS + $e];
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
  let sum = select(0.0, logsumexp[head * T + token], is_query);
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
    #if SHARED
    let k$e = k_shared[j * PARTS + $e];
    let v$e = v_shared[j * PARTS + $e];
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
