const LOWEST = -3.4e38;
#if WIDE
fn product(a: $PART, b: $PART) -> f32 { return dot(a, b); }
#else
fn product(a: f32, b: f32) -> f32 { return a * b; }
#end
