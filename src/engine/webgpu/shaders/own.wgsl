  // Where the group's hidden activations are, and the one that the invocation computes.
  let own = local / LANES * HIDDEN * ROWS;
  let column = lane % HIDDEN;
