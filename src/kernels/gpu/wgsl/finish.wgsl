  #for r in ROWS
  #for d in D4
  #if DROP
  v$r_$d *= keep(4 * (row$r * D4 + $d), key);
  #end
  v$r_$d += residual[row$r * D4 + $d];
  #end
  #end
  #if POST
  #include normalize
  #for r in ROWS
  #if SAVE
  scales[row$r] = scale$r;
  #end
  #for d in D4
  #if SAVE
  normal[row$r * D4 + $d] = v$r_$d;
  #end
  v$r_$d = fma(v$r_$d, params[GAIN + $d], params[SHIFT + $d]);
  #end
  #end
  #end
  #for r in ROWS
  #for d in D4
  y[row$r * D4 + $d] = v$r_$d;
  #end
  #end
