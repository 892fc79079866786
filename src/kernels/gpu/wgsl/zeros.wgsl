  #for r in ROWS
  #for d in D4
  var v$r_$d = vec4f(0);
  #end
  #end
