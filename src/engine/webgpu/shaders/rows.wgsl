  // A group computes ROWS tokens; the last one may have fewer, and repeats its last token.
  #if ALL
  let row_stride = 1u;
  let rows = images() * T;
  #else
  let row_stride = query_stride();
  let rows = images() * queries();
  #end
  let first_row = group * ROWS;
  let end_row = min(first_row + ROWS, rows);
  #if !COOPERATES
  if (first_row >= rows) { return; }
  #end
  #for r in ROWS
  let row$r = row_stride * min(first_row + $r, rows - 1);
  #end
