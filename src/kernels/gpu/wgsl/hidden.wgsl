    // z, what the MLP gets: pre-norm's is normalised, before gain and bias.
    #if PRE
    let gain = params[GAIN + k / 4][k % 4];
    let shift = params[SHIFT + k / 4][k % 4];
    #end
    #for r in ROWS
    #if PRE
    let z$r = vec4f(fma(x[row$r * D + k], gain, shift));
    #else
    let z$r = vec4f($RESIDUAL[row$r * D + k]);
    #end
    #end
