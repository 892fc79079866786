    // h = z · weight1 + bias1, for four hidden activations
    #for r in ROWS
    var h$r = params[BIAS1 + j];
    #end
    #for d in D4
    #for c in 4
    let w$d_$c = params[WEIGHT1 + (4 * $d + $c) * F4 + j];
    #for r in ROWS
    h$r = fma(vec4f(z$r_$d[$c]), w$d_$c, h$r);
    #end
    #end
    #end
