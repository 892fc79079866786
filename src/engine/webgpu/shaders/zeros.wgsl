    #for r in ROWS
    #for c in COLUMNS
    var v$r_$c = vec4f(0);
    #end
    #end
