
#if COOPERATES & !SHUFFLES
var<workgroup> parts: array<vec2f, WORKGROUP>;
#end

// The sum over a group's invocations, in a fixed order.
fn group_sum(value: vec2f, local: u32) -> vec2f {
  var sum = value;
  #if COOPERATES & SHUFFLES
  for (var offset = LANES / 2; offset > 0; offset /= 2) { sum += subgroupShuffleXor(sum, offset); }
  #end
  #if COOPERATES & !SHUFFLES
  parts[local] = value;
  workgroupBarrier();
  sum = vec2f(0);
  for (var i = 0u; i < LANES; i++) { sum += parts[local / LANES * LANES + i]; }
  workgroupBarrier();
  #end
  return sum;
}
