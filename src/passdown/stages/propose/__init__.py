"""Stage propose: put a finding to the gate, once."""
