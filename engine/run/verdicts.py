"""What a verdict is worth to a script: the exit code of whoever waited for the run, or diagnoses it."""

NOTHING_CRITICAL = frozenset({"unknown", "healthy", "warning"})
DIVERGED = frozenset({"diverged", "exploding"})


def exit_code(verdict: str) -> int:
    """0: nothing critical stands; 3: the numbers ran away; 4: another critical alarm, such as a collapse."""
    if verdict in NOTHING_CRITICAL:
        return 0
    return 3 if verdict in DIVERGED else 4
