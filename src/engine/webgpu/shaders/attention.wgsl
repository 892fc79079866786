// QUERIES queries of one head: softmax(q · kᵀ / √head_width) · v, in one pass over the keys. Where it
// is NEAR, a workgroup has all queries of a head, and its keys and values in memory of its own.
#read step: u32
#read qkv: $PART
#read y: $PART
#if SAVE
#write sums: f32
#end
#include common
#include part

#if NEAR
var<workgroup> k_near: array<$PART, T * PARTS>;
var<workgroup> v_near: array<$PART, T * PARTS>;
#end

@compute @workgroup_size(GROUP)
fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  #if NEAR
  let head = group.x;
  let first = local;
  #else
  let parties = (wanted() + QUERIES - 1) / QUERIES;
  let head = id.x / parties;
  let first = id.x % parties * QUERIES;
  if (head >= images() * H) { return; }
  #end
  // In units of PART: of the image's first token, and of the head within a token.
  let image = head / H * T;
  let part = head % H * PARTS;
  #if NEAR
  for (var i = local; i < T * PARTS; i += GROUP) {
    let at = ((image + i / PARTS) * 3 + 1) * H * PARTS + part + i % PARTS;
    k_near[i] = qkv[at];
    v_near[i] = qkv[at + H * PARTS];
  }
  workgroupBarrier();
  if (first >= wanted()) { return; }
  #end
  #if DROP
  let key = place(0);
  #end
  #for r in QUERIES
  // The last one may be there twice, and unwanted ones too.
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
    #if NEAR
    let k$e = k_near[j * PARTS + $e];
    let v$e = v_near[j * PARTS + $e];
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
  sums[head * T + query$r] = largest$r + log(weights$r);
  #end
  #end
}
