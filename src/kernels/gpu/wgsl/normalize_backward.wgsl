// v, the gradient of a norm's output, becomes that of its input.
#for r in ROWS
  var sum$r = vec4f(0);
  var slopes$r = vec4f(0);
  #for d in D4
  v$r_$d *= params[GAIN + $d];
  sum$r += v$r_$d;
  slopes$r = fma(v$r_$d, normal[row$r * D4 + $d], slopes$r);
  #end
  let mean$r = total(sum$r) / f32(D);
  let slope$r = total(slopes$r) / f32(D);
  let scale$r = scales[row$r];
  #for d in D4
  v$r_$d = (v$r_$d - mean$r - normal[row$r * D4 + $d] * slope$r) * scale$r;
  #end
#end
