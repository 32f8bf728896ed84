"""`python -m fasciscope`."""

from fasciscope.app.main import main

main()
