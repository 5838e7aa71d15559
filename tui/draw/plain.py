"""Text for terminals that show nothing but ASCII."""


def plain_ascii(text: str) -> str:
    """Return `text` with everything that is not printable ASCII replaced by `?`, one for one."""
    return "".join(character if " " <= character <= "~" else "?" for character in text)
