"""Commands that set the product up, serve it and check it."""
