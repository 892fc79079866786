  // An invocation computes ROWS tokens; the last one repeats its last token, which then is not new.
  let rows = images() * T;
  if (id.x * ROWS >= rows) { return; }
  #for r in ROWS
  let row$r = min(id.x * ROWS + $r, rows - 1);
  let is_new$r = id.x * ROWS + $r < rows;
  #end
