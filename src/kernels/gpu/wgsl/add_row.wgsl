    // v += x · a row of weights
    #for d in D4
    let w$d = params[weights + $d];
    #for r in ROWS
    v$r_$d = fma(x$r, w$d, v$r_$d);
    #end
    #end
