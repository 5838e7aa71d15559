"""A preset inside a Python file: the block of comments from ``# /// latentop`` to ``# ///``, which is TOML.

The format is Python's own for metadata in scripts (PEP 723). The file is only read here; whoever builds its
networks runs it.
"""

import re

_BLOCK = re.compile(r"^# /// latentop[ \t]*\n(?P<content>(^#(| .*)\n)+?)^# ///[ \t]*$", re.MULTILINE)


def block(source: str) -> str | None:
    """The TOML of a Python file, on the same lines as there; None where it holds no such block."""
    found = _BLOCK.search(source + "\n")
    if found is None:
        return None
    above = source.count("\n", 0, found.start("content"))
    lines = found["content"].splitlines()
    return "\n" * above + "\n".join(line.removeprefix("#").removeprefix(" ") for line in lines)
