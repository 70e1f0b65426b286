"""Any file → verified rows → the write door."""
