"""From any file to verified rows at the write door."""
