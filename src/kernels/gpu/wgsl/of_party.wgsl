
#if TEAMS
var<workgroup> parts: array<vec2f, GROUP>;
#end

// The sum over a party's invocations, in their order.
fn of_party(value: vec2f, local: u32) -> vec2f {
  #if TEAMS
  parts[local] = value;
  workgroupBarrier();
  var sum = vec2f(0);
  for (var i = 0u; i < TEAM; i++) { sum += parts[local / TEAM * TEAM + i]; }
  workgroupBarrier();
  return sum;
  #else
  return value;
  #end
}
