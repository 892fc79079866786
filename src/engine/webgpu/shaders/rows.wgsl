  // A party computes ROWS tokens; the last one may have fewer, and repeats its last token.
  #if ALL
  let apart = 1u;
  let rows = images() * T;
  #else
  let apart = gap();
  let rows = images() * wanted();
  #end
  let first_row = party * ROWS;
  let end_row = min(first_row + ROWS, rows);
  #if !TEAMS
  if (first_row >= rows) { return; }
  #end
  #for r in ROWS
  let row$r = apart * min(first_row + $r, rows - 1);
  #end
