    // For a loop to store: written out one by one, stores took a third of a shader's compilation.
    #for r in ROWS
    #for c in COLUMNS
    v[$c * ROWS + $r] = v$r_$c;
    #end
    #end
