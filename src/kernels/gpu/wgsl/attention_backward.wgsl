// Gradients of queries, keys and values of QUERIES tokens in one head.
#read step: u32
#read qkv: $PART
#read y: $PART
#read dy: $PART
#read sums: f32
#write dqkv: $PART
#include common
#include part

@compute @workgroup_size(GROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let head = id.x / PARTIES;
  if (head >= images() * H) { return; }
  let image = head / H * T;
  let part = head % H * PARTS;
  #if DROP
  let dropped = place(0);
  #end
  #for r in QUERIES
  // The last one may be there twice.
  let token$r = min(id.x % PARTIES * QUERIES + $r, T - 1);
  let own$r = (image + token$r) * 3 * H * PARTS + part;
  var delta$r = 0.0;
  let sum$r = sums[head * T + token$r];
  #for e in PARTS
  let q$r_$e = qkv[own$r + $e] * ROOT;
  let k$r_$e = qkv[own$r + H * PARTS + $e] * ROOT;
  let v$r_$e = qkv[own$r + 2 * H * PARTS + $e];
  let dy$r_$e = dy[(image + token$r) * H * PARTS + part + $e];
  var dq$r_$e = $PART();
  var dk$r_$e = $PART();
  var dv$r_$e = $PART();
  delta$r += product(dy$r_$e, y[(image + token$r) * H * PARTS + part + $e]);
  #end
  #end
  for (var j = 0u; j < T; j++) {
    let at = (image + j) * 3 * H * PARTS + part;
    let at_y = (image + j) * H * PARTS + part;
    let sumj = sums[head * T + j];
    var deltaj = 0.0;
    #for e in PARTS
    let qj$e = qkv[at + $e];
    let kj$e = qkv[at + H * PARTS + $e];
    let vj$e = qkv[at + 2 * H * PARTS + $e];
    let dyj$e = dy[at_y + $e];
    deltaj += product(dyj$e, y[at_y + $e]);
    #end
    #for r in QUERIES
    // First the other token is the key, then it is the query.
    var score$r = 0.0;
    var slope$r = 0.0;
    var other_score$r = 0.0;
    var other_slope$r = 0.0;
    #for e in PARTS
    score$r += product(q$r_$e, kj$e);
    slope$r += product(dy$r_$e, vj$e);
    other_score$r += product(qj$e, k$r_$e);
    other_slope$r += product(dyj$e, v$r_$e);
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
    dq$r_$e += kj$e * dscore$r;
    dk$r_$e += qj$e * other_dscore$r;
    dv$r_$e += dyj$e * (probability$r * other_kept$r);
    #end
    #end
  }
  #for r in QUERIES
  #for e in PARTS
  dqkv[own$r + $e] = dq$r_$e * ROOT;
  dqkv[own$r + H * PARTS + $e] = dk$r_$e * ROOT;
  dqkv[own$r + 2 * H * PARTS + $e] = dv$r_$e;
  #end
  #end
}
