"""Reads files in a confined child process. Nothing here imports Django or a module above it."""
