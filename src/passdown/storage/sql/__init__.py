"""The port over named queries; a dialect gives the connection and the few queries of its own."""
