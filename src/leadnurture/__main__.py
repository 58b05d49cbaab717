"""`python -m leadnurture` is the `leadnurture` command."""

from leadnurture.cli.main import main

main()
