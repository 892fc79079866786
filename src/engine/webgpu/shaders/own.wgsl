  // Where the party's hidden activations are, and the one that the invocation computes.
  let own = local / TEAM * HIDDEN * ROWS;
  let column = lane % HIDDEN;
