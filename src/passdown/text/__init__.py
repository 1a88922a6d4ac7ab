"""Pure functions over text: words, similarity, error signatures, redaction, hazards, budgets."""
