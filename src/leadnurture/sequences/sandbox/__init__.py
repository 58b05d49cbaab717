"""The sandbox that letters are filled in: whatever a template asks for, filling it ends soon and its words stay few.

There is no clock and no signal in it, so it holds on every system and in every thread. Each filling has an allowance
(`allowance`): turns of loops, calls and the signs that filters, operators and fields make draw on it, and when it is
used up the text cannot be filled. What could not be weighed beforehand (`'{:999999999}'.format(1)`, a power of a power)
is not part of the language: `letter_filters` and `environment` list what is.
"""

from leadnurture.sequences.sandbox.allowance import TooMuchError
from leadnurture.sequences.sandbox.environment import METHODS, LetterEnvironment

__all__ = ["METHODS", "LetterEnvironment", "TooMuchError"]
