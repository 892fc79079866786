      // A layer's inputs: pre-norm's are normalised, before gain and bias.
      #if PRE
      let gain = params[GAIN + k];
      let shift = params[SHIFT + k];
      #end
      #for r in ROWS
      #if PRE
      let x$r = fma(x[row$r * D4 + k], gain, shift);
      #else
      let x$r = $INPUT[row$r * D4 + k];
      #end
      #end
