"""A preset inside a Python file: the block of comments from ``# /// latentop`` to ``# ///``, which is TOML.

The format is Python's own for metadata in scripts (PEP 723). The file is only read here; whoever builds its
networks runs it.
"""

BEGIN, END = "# /// latentop", "# ///"


def block(source: str) -> str:
    """The TOML of a Python file, on the same lines as there.

    Raises ValueError, with the line, where there is no such block, or more than one, or one without an end.
    """
    lines = [line.rstrip() for line in source.splitlines()]
    begins = [number for number, line in enumerate(lines) if line == BEGIN]
    if len(begins) != 1:
        found = f"{len(begins)} of them" if begins else "none"
        raise ValueError(f"a preset is one block of comments from '{BEGIN}' to '{END}'; here is {found}")
    first = begins[0] + 1
    for number, line in enumerate(lines[first:], start=first):
        if line == END:
            return "\n" * first + "\n".join(one[2:] for one in lines[first:number])
        if not (line == "#" or line.startswith("# ")):
            raise ValueError(f"line {number + 1}: the preset goes on with '# ', or ends with '{END}'")
    raise ValueError(f"the preset that begins in line {first} has no end, '{END}'")
