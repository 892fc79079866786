    // Hidden activations before the nonlinearity.
    for (var column = lane * COLUMNS; column < HIDDEN; column += TEAM * COLUMNS) {
      #for c in COLUMNS
      let b$c = params[BIAS1 + j + column + $c];
      #for r in ROWS
      var v$r_$c = b$c;
      #end
      #end
      for (var k = 0u; k < D4; k++) {
        #include inputs
        let weights = WEIGHT1 + 4 * k * F4 + j + column;
        let stride = F4;
        #include products
      }
      #for r in ROWS
      #for c in COLUMNS
      h[own + (column + $c) * ROWS + $r] = v$r_$c;
      #end
      #end
    }
    #include together
