        // To the outputs in `v`, the product of what lies from `begin` on in `a`.
        #for r in ROWS
        #for c in COLUMNS
        var v$r_$c = v[$c * ROWS + $r];
        #end
        #end
        for (var k = 0u; k < count; k++) {
          #for r in ROWS
          let x$r = a[begin + k * ROWS + $r];
          #end
          let weights = base + 4 * k * stride + column;
          #include products
        }
        #include tile
