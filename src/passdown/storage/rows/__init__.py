"""Values to rows and back, one module a part: what every backend stores, column by column."""
