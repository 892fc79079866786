
#if TEAMS & !SHUFFLES
var<workgroup> parts: array<vec2f, GROUP>;
#end

// The sum over a party's invocations, in a fixed order.
fn of_party(value: vec2f, local: u32) -> vec2f {
  var sum = value;
  #if TEAMS & SHUFFLES
  for (var apart = TEAM / 2; apart > 0; apart /= 2) { sum += subgroupShuffleXor(sum, apart); }
  #end
  #if TEAMS & !SHUFFLES
  parts[local] = value;
  workgroupBarrier();
  sum = vec2f(0);
  for (var i = 0u; i < TEAM; i++) { sum += parts[local / TEAM * TEAM + i]; }
  workgroupBarrier();
  #end
  return sum;
}
