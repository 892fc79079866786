    // Adds the product of hidden activations, or of their gradients, to the sums; `matrix` is their weights.
    for (var turn = 0u; turn < TURNS; turn++) {
      #for r in ROWS
      var v$r_0 = sums[turn * ROWS + $r];
      #end
      for (var begin = 0u; begin < HIDDEN; begin += HIDDEN_DEPTH) {
        fetch(matrix + 4 * begin * D4 + turn * LANES, D4, 4 * HIDDEN_DEPTH, LANES, local);
        for (var k = begin; k < begin + HIDDEN_DEPTH; k++) {
          #for r in ROWS
          let x$r = h[own + k * ROWS + $r];
          #end
          let weights = 4 * (k - begin) * LANES + lane;
          let stride = LANES;
          #include products
        }
      }
      #for r in ROWS
      sums[turn * ROWS + $r] = v$r_0;
      #end
    }
