"""Management commands of the layers."""
