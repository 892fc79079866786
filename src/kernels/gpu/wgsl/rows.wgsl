  // An invocation computes ROWS tokens; the last one may have fewer, and repeats its last token.
  let rows = images() * T;
  let first_row = id.x * ROWS;
  let end_row = min(first_row + ROWS, rows);
  if (first_row >= rows) { return; }
  #for r in ROWS
  let row$r = min(first_row + $r, rows - 1);
  #end
