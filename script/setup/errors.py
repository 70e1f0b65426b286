"""The error that ends a command with one line for the person at the keyboard."""


class SetupError(Exception):
    """A step cannot go on; the message is one line that says what to do."""
