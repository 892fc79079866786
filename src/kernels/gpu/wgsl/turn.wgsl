      // One product of what lies at `begin` in `a`: outputs come begin `v` and go there.
      for (var k = 0u; k < count; k++) {
        #for r in ROWS
        let x$r = a[begin + k * ROWS + $r];
        #end
        let weights = base + 4 * k * stride + column;
        #include products
      }
