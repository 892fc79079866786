    // HIDDEN times four hidden activations before the nonlinearity, four to an invocation.
    #for r in ROWS
    var v$r_0 = params[BIAS1 + j + column];
    #end
    for (var begin = 0u; begin < D4; begin += DEPTH) {
      fetch(WEIGHT1 + 4 * begin * F4 + j, F4, 4 * DEPTH, HIDDEN, local);
      for (var k = begin; k < begin + DEPTH; k++) {
        #include inputs
        let weights = 4 * (k - begin) * HIDDEN + column;
        let stride = HIDDEN;
        #include products
      }
    }
