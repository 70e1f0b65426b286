"""Why a file cannot be read: a code and the facts of a sentence, which the parent has."""


class Refused(Exception):
    """The file cannot be read. `facts` are short texts and numbers that the sentence names."""

    def __init__(self, code: str, **facts: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


def one_line(error: BaseException) -> str:
    """Return an error's text for a sentence: one line of at most 200 letters."""
    return " ".join(str(error).split())[:200]
