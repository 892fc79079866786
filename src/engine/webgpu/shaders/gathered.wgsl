
#if SHARED
var<workgroup> gathering: array<vec4f, GROUP>;
#end

// The sum over the SHARE invocations that have a part of it, in their order.
fn gathered(value: vec4f, local: u32) -> vec4f {
  #if SHARED
  gathering[local] = value;
  workgroupBarrier();
  var sum = vec4f(0);
  for (var at = local % TILES; at < GROUP; at += TILES) { sum += gathering[at]; }
  workgroupBarrier();
  return sum;
  #else
  return value;
  #end
}
