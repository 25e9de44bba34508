"""`python -m backend_architect` is the command `architect`."""

from backend_architect.cli import main

if __name__ == "__main__":
    main()
