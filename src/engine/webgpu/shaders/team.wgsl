  // A party has TEAM invocations, which take turns at tiles of outputs, and at tokens where that
  // takes all of a token's outputs.
  let party = id.x / TEAM;
  let local = id.x % GROUP;
  let lane = local % TEAM;
  #include rows
  // A party without tokens writes no outputs, but comes to all barriers.
  let width = select(D4, 0, first_row >= rows);
