// Gradients of one token's query, key and value in one head.
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
  let head = id.x / T;
  if (head >= images() * H) { return; }
  let token = id.x % T;
  let image = head / H * T;
  let part = head % H * PARTS;
  let own = (image + token) * 3 * H * PARTS + part;
  let own_y = (image + token) * H * PARTS + part;
  #if DROP
  let dropped = place(0);
  #end
  #for e in PARTS
  let q$e = qkv[own + $e] * ROOT;
  let k$e = qkv[own + H * PARTS + $e] * ROOT;
  let v$e = qkv[own + 2 * H * PARTS + $e];
  let dy$e = dy[own_y + $e];
  var dq$e = $PART();
  var dk$e = $PART();
  var dv$e = $PART();
  #end
  var delta = 0.0;
  #for e in PARTS
  delta += product(dy$e, y[own_y + $e]);
  #end
  let sum = sums[id.x];
  for (var j = 0u; j < T; j++) {
    let at = (image + j) * 3 * H * PARTS + part;
    let at_y = (image + j) * H * PARTS + part;
    // The other token is the key: its probability is where its row's scores end up.
    var score = 0.0;
    var slope = 0.0;
    // The other token is the query.
    var other_score = 0.0;
    var other_slope = 0.0;
    var other_delta = 0.0;
    #for e in PARTS
    let qj$e = qkv[at + $e];
    let kj$e = qkv[at + H * PARTS + $e];
    let dyj$e = dy[at_y + $e];
    score += product(q$e, kj$e);
    slope += product(dy$e, qkv[at + 2 * H * PARTS + $e]);
    other_score += product(qj$e, k$e);
    other_slope += product(dyj$e, v$e);
    other_delta += product(dyj$e, y[at_y + $e]);
    #end
    var kept = 1.0;
    var other_kept = 1.0;
    #if DROP
    kept = keep_one(id.x * T + j, dropped);
    other_kept = keep_one((head * T + j) * T + token, dropped);
    #end
    let dscore = exp(score - sum) * fma(slope, kept, -delta);
    let probability = exp(other_score - sums[head * T + j]);
    let other_dscore = probability * fma(other_slope, other_kept, -other_delta);
    #for e in PARTS
    dq$e += kj$e * dscore;
    dk$e += qj$e * other_dscore;
    dv$e += dyj$e * (probability * other_kept);
    #end
  }
  #for e in PARTS
  dqkv[own + $e] = dq$e * ROOT;
  dqkv[own + H * PARTS + $e] = dk$e * ROOT;
  dqkv[own + 2 * H * PARTS + $e] = dv$e;
  #end
}
