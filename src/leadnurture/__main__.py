"""The `leadnurture` command, also as `python -m leadnurture`."""

import gc

_BEFORE_A_LOOK = 100_000  # objects more than before


def main() -> None:
    """Run the command line and end the process with its exit code.

    Most of a short command is loading what it needs, and all of that stays: Python looks for garbage in it again and
    again while it is loaded, and once more at the end. Without these looks a list takes a third less time.
    """
    gc.set_threshold(_BEFORE_A_LOOK, 20, 50)
    from leadnurture.cli.main import main as answer  # noqa: PLC0415 - so that it is loaded after that

    try:
        answer()
    finally:
        gc.freeze()


if __name__ == "__main__":
    main()
