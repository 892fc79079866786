// v = (v - mean) · scale, where scale is 1 / √(variance + eps).
#for r in ROWS
  var sum$r = vec4f(0);
  #for d in D4
  sum$r += v$r_$d;
  #end
  let mean$r = total(sum$r) / f32(D);
  var squares$r = vec4f(0);
  #for d in D4
  v$r_$d -= vec4f(mean$r);
  squares$r = fma(v$r_$d, v$r_$d, squares$r);
  #end
  let scale$r = 1 / sqrt(total(squares$r) / f32(D) + EPS);
  #for d in D4
  v$r_$d *= scale$r;
  #end
#end
