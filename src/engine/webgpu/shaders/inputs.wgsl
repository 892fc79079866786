      // A layer's inputs: pre-norm's are normalised, before norm_weight and bias.
      #if PRE
      let norm_weight = params[NORM_WEIGHT + k];
      let norm_bias = params[NORM_BIAS + k];
      #end
      #for r in ROWS
      #if PRE
      let x$r = fma(x[row$r * D4 + k], norm_weight, norm_bias);
      #else
      let x$r = $INPUT[row$r * D4 + k];
      #end
      #end
