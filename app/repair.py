"""An interrupted session made whole: the file of samples mended, the rest made anew from it."""

import os
from pathlib import Path

from fasciscope.app.failure import storage_error
from fasciscope.app.outputs import write_outputs
from fasciscope.app.pipeline import analyse
from fasciscope.app.recorder import finish_facts
from fasciscope.app.session import Session
from fasciscope.app.settings import LINES, MODELS, Settings
from fasciscope.core import InputError
from fasciscope.datasets.edf_writer import mend
from fasciscope.datasets.session import SessionFacts, is_session, open_session, read_facts


def repair(folder: Path) -> Session | None:
    """Make the session whole and analyse it; None if it was whole already.

    Raises InputError where the folder is no session or holds no sample, StorageError where it cannot
    be written.
    """
    if not is_session(folder):
        raise InputError(
            f"{folder} is no session of 'fasciscope record': it holds no session.json."
        )
    facts, whole = read_facts(folder)
    if whole:
        return None
    signal = folder / facts.signal_name
    try:
        mend(signal)
        recording = open_session(folder)
        session = analyse(recording, _settings(facts))
        finish_facts(folder, facts, {"n_samples": recording.n_samples, "repaired": True})
        for left in folder.glob(".fasciscope-*"):
            if left.is_file():
                os.unlink(left)
        write_outputs(session, folder, force=True)
    except OSError as error:
        raise storage_error(error, folder) from error
    return session


def _settings(facts: SessionFacts) -> Settings:
    """What the recording was analysed with."""
    usual, said = Settings(), facts.settings
    mains = next((m for m in LINES if m == said.get("mains")), usual.mains)
    model = next((m for m in MODELS if m == said.get("model")), usual.model)
    return Settings(mains, model)
