"""Set-up of a machine for the product, with the standard library only.

These modules run before the virtual environment exists, so they import nothing of the product.
"""
