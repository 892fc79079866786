
#if IS_SPLIT
var<workgroup> gathering: array<vec4f, WORKGROUP>;
#end

// The sum over the SPLIT invocations that have a part of it, in their order.
fn gathered(value: vec4f, local: u32) -> vec4f {
  #if IS_SPLIT
  gathering[local] = value;
  workgroupBarrier();
  var sum = vec4f(0);
  for (var at = local % TILES; at < WORKGROUP; at += TILES) { sum += gathering[at]; }
  workgroupBarrier();
  return sum;
  #else
  return value;
  #end
}
