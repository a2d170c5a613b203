"""How a command ends when it cannot go on: one message, one exit code.

Belongs here: the exit codes. Does not belong here: any reason for stopping.
"""

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of the command, as `--help` documents them."""

    OK = 0
    FAILED = 1
    BAD_INPUT = 2
    HOME = 3
    INTERRUPTED = 130


# What a run was given is at fault, or the home: by the class of the error that ended it. Everything else is a failure.
ENDS = {
    "RegistryError": Exit.BAD_INPUT,
    "BundleError": Exit.BAD_INPUT,
    "NothingKnownError": Exit.BAD_INPUT,
    "UnknownNameError": Exit.BAD_INPUT,
    "WarehouseError": Exit.HOME,
    "WarehouseLockedError": Exit.HOME,
}


def exit_of(error: str) -> Exit:
    """Return the exit code for a run that ended with an error of that class."""
    return ENDS.get(error, Exit.FAILED)


class Stop(Exception):
    """The command ends here with a message for its user and an exit code."""

    def __init__(self, message: str, code: Exit):
        """Take the message and the exit code."""
        super().__init__(message)
        self.code = code
