// The class token, normalised, through a linear layer.
#read params: f32
#read step: u32
#read x: vec4f
#write logits: f32
#if SAVE
#write normal: vec4f
#write scales: f32
#end
#include common

@compute @workgroup_size(GROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let image = id.x;
  if (image >= images()) { return; }
  #for d in D4
  var v0_$d = x[image * T * D4 + $d];
  #end
  #include normalize
  #if SAVE
  scales[image] = scale0;
  #for d in D4
  normal[image * D4 + $d] = v0_$d;
  #end
  #end
  for (var c = 0u; c < C; c++) {
    var sum = params[BIAS + c];
    #for d in D4
    #for i in 4
    let z$d_$i = fma(v0_$d[$i], params[GAIN + 4 * $d + $i], params[SHIFT + 4 * $d + $i]);
    sum = fma(z$d_$i, params[WEIGHT + (4 * $d + $i) * C + c], sum);
    #end
    #end
    logits[image * C + c] = sum;
  }
}
