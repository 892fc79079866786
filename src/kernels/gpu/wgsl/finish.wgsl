  // What was summed, with bias, dropout and residual; then the norm: post-norm's own, or what the
  // next kernel begins with.
  #for r in ROWS
  #for d in D4
  y[row$r * D4 + $d] = v$r_$d;
  #end
  #end
  for (var row = first_row; row < end_row; row++) { finish(row); }
