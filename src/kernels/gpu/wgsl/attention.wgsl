// One query of one head: softmax(q · kᵀ / √head_width) · v, in one pass over the keys.
#read step: u32
#read qkv: $PART
#write y: $PART
#if SAVE
#write sums: f32
#end
#include common
#include part

@compute @workgroup_size(GROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let head = id.x / T;
  if (head >= images() * H) { return; }
  let query = id.x % T;
  // In units of PART: of the image's first token, and of the head within a token.
  let image = head / H * T;
  let part = head % H * PARTS;
  #for e in PARTS
  let q$e = qkv[(image + query) * 3 * H * PARTS + part + $e] * ROOT;
  var sum$e = $PART();
  #end
  #if DROP
  let key = place(0);
  #end
  var largest = LOWEST;
  var weights = 0.0;
  for (var j = 0u; j < T; j++) {
    let at = ((image + j) * 3 + 1) * H * PARTS + part;
    var score = 0.0;
    #for e in PARTS
    score += product(q$e, qkv[at + $e]);
    #end
    let before = largest;
    largest = max(largest, score);
    let shrink = exp(before - largest);
    var weight = exp(score - largest);
    weights = fma(weights, shrink, weight);
    #if DROP
    weight *= keep_one(id.x * T + j, key);
    #end
    #for e in PARTS
    sum$e = sum$e * shrink + qkv[at + H * PARTS + $e] * weight;
    #end
  }
  #for e in PARTS
  y[(image + query) * H * PARTS + part + $e] = sum$e / weights;
  #end
  #if SAVE
  sums[id.x] = largest + log(weights);
  #end
}
