"""Stage mine: run one loop over one window, outside any transaction."""
