    // Adds the product of hidden activations, or of their gradients, to the sums; `matrix` is their weights.
    for (var block = 0u; block < COLUMN_BLOCKS; block++) {
      #for r in ROWS
      var v$r_0 = sums[block * ROWS + $r];
      #end
      for (var begin = 0u; begin < HIDDEN; begin += HIDDEN_DEPTH) {
        fetch(matrix + 4 * begin * D4 + block * LANES, D4, 4 * HIDDEN_DEPTH, LANES, local);
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
      sums[block * ROWS + $r] = v$r_0;
      #end
    }
