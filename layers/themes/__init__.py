"""One file for each theme. A new theme is a new file here, an import below and a migration."""
