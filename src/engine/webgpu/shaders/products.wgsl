      // v += x · four rows of weights, the first of them at `weights`.
      #for c in COLUMNS
      let w$c_0 = $MATRIX[weights + $c];
      let w$c_1 = $MATRIX[weights + stride + $c];
      let w$c_2 = $MATRIX[weights + 2 * stride + $c];
      let w$c_3 = $MATRIX[weights + 3 * stride + $c];
      #for r in ROWS
      v$r_$c = fma(vec4f(x$r.w), w$c_3, fma(vec4f(x$r.z), w$c_2, fma(vec4f(x$r.y), w$c_1, fma(vec4f(x$r.x), w$c_0, v$r_$c))));
      #end
      #end
