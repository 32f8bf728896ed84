"""``python -m fasciscope.app`` is ``fasciscope``."""

from fasciscope.app.main import main

main()
