"""``python -m engine.diagnose PATH``: prints a diagnosis as JSON, or why there is none."""

import argparse
import sys
from pathlib import Path

from engine.diagnose.columns import Wanted
from engine.diagnose.report import diagnose
from engine.run.diagnosis import Diagnosis, Refusal, to_json
from engine.run.errors import LatentopError


def main() -> int:
    """Diagnose what the command line names; returns the diagnosis's exit code, or the error's."""
    parser = argparse.ArgumentParser(prog="python -m engine.diagnose", description=__doc__)
    parser.add_argument("path", type=Path, help="a run's folder, a CSV file, or TensorBoard's events")
    parser.add_argument("--generator", metavar="COLUMN", help="the generator's loss")
    parser.add_argument("--discriminator", metavar="COLUMN", help="the discriminator's loss")
    options = parser.parse_args()
    wanted = Wanted(generator=options.generator, discriminator=options.discriminator)
    answer: Diagnosis | Refusal
    try:
        answer = diagnose(options.path, wanted)
    except LatentopError as error:
        answer = Refusal(error=error.message, hint=error.hint, exit_code=error.exit_code)
    sys.stdout.buffer.write(to_json(answer) + b"\n")
    return answer.exit_code


if __name__ == "__main__":
    sys.exit(main())
