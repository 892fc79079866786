  // A group has LANES invocations, which take turns at tiles of outputs, and at tokens where a step
  // needs all of a token's outputs.
  let group = id.x / LANES;
  let local = id.x % WORKGROUP;
  let lane = local % LANES;
  #include rows
  // A group without tokens writes no outputs, but comes to all barriers.
  let width = select(D4, 0, first_row >= rows);
