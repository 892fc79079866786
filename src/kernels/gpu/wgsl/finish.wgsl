  // What was summed, with bias, dropout and residual; then the norm: post-norm's own, or what the
  // next kernel begins with.
  #for r in ROWS
  #for d in D4
  y[row$r * D4 + $d] = v$r_$d;
  #end
  #end
  #for r in ROWS
  if (is_new$r) { finish(row$r); }
  #end
