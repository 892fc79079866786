  // A party computes ROWS tokens; the last one may have fewer, and repeats its last token.
  let rows = images() * T;
  let first_row = party * ROWS;
  let end_row = min(first_row + ROWS, rows);
  #if !TEAMS
  if (first_row >= rows) { return; }
  #end
  #for r in ROWS
  let row$r = min(first_row + $r, rows - 1);
  #end
