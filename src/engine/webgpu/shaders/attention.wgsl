// QUERIES queries of one head: softmax(q · kᵀ / √head_width) · v, in one pass over the keys. Where it
// is SHARED, a workgroup has all queries of a head, and its keys and values in memory of its own.
#read uniforms: u32
#read qkv: $PART
#read y: $PART
#if SAVE
#write logsumexp: f32
#end
#include common
#include part

#if SHARED
var<workgroup> k_shared: array<$PART, T * PARTS>;
var<workgroup> v_shared: array<$PART, T * PARTS>;
#end

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(workgroup_id) workgroup_id: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  #if SHARED
  let head = workgroup_id.x;
  let first = local;
  #else
  let groups = (queries() + QUERIES - 1) / QUERIES;
  let head = id.x / groups;
  let first = id.x % groups * QUERIES;
  if (head >= images() * H) { return; }
  #end
  // In units of PART: of the image's first token, and of the head within a token.
  let image = head / H * T;
  let part = head % H * PARTS;
  #if SHARED
  for (var i = local; i < T * PARTS; i += WORKGROUP) {
    let at = ((image + i / PARTS) * 3 + 1) * H * PARTS + part + i % PARTS;
    k_shared[i] = qkv[at];
    v_shared[i] = qkv[at + H * PARTS];
  }
  workgroupBarrier();
  if (first >= queries()) { return; }
  #end
  #if DROP
  let key = place(0);
  #end
  #for r in QUERIES
  // Past the end, the last query is computed again and stored twice with the same value.
  let query$r = min(first + $r, T - 1);
  var largest$r = LOWEST;
  var weights$r = 0.0;
  #for e in PARTS
  let q$r_$e = qkv[(image + query$r) * 3 * H * PARTS + part + $e] * ROOT;
  var sum$r_$e = $PART();
  #end
  #end
  for (var j = 0u; j < T; j++) {
    let at = ((image + j) * 3 + 1) * H * PARTS + part;
    #for e in PARTS
    #if SHARED
    let k$e = k_shared[j * PARTS + $e];
    let v$e = v_shared[j * PARTS + $e];
    #else
    let k$e = qkv[at + $e];
    let v$e = qkv[at + H * PARTS + $e];
    #end
    #end
    #for r in QUERIES
    var score$r = 0.0;
    #for e in PARTS
    score$r += product(q$r_$e, k$e);
    #end
    let before$r = largest$r;
    largest$r = max(largest$r, score$r);
    let shrink$r = exp(before$r - largest$r);
    var weight$r = exp(score$r - largest$r);
    weights$r = fma(weights$r, shrink$r, weight$r);
    #if DROP
    weight$r *= keep_one((head * T + query$r) * T + j, key);
    #end
    #for e in PARTS
    sum$r_$e = sum$r_$e * shrink$r + v$e * weight$r;
    #end
    #end
  }
  #for r in QUERIES
  #for e in PARTS
  y[(image + query$r) * H * PARTS + part + $e] = sum$r_$e / weights$r;
  #end
  #if SAVE
  logsumexp[head * T + query$r] = largest$r + log(weights$r);
  #end
  #end
}
