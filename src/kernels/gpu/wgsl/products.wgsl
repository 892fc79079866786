      // v += x · four rows of weights, the first of them at `weights`.
      #for c in COLUMNS
      let w$c_0 = params[weights + $c];
      let w$c_1 = params[weights + stride + $c];
      let w$c_2 = params[weights + 2 * stride + $c];
      let w$c_3 = params[weights + 3 * stride + $c];
      #for r in ROWS
      v$r_$c = fma(vec4f(x$r.w), w$c_3, fma(vec4f(x$r.z), w$c_2, fma(vec4f(x$r.y), w$c_1, fma(vec4f(x$r.x), w$c_0, v$r_$c))));
      #end
      #end
