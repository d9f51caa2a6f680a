"""What stands in logs: no hooks, no traceback where a person has to act.

Prefect logs each hook twice, and every error with its traceback in red. Our own errors
say in Japanese what happened and what to do; the place in the code helps nobody then.
"""

import logging
from typing import Final

from data.model.advice import has_advice

LOGGERS: Final = ("prefect.flow_runs", "prefect.task_runs")
"""Whose records stand on a run's page."""
OF_HOOKS: Final = ("Running hook ", "Hook ")


class ForStaff(logging.Filter):
    """Drops what hooks say when all is well, and shortens errors meant for staff."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the record is logged; one of an error of ours is reworded."""
        if record.levelno <= logging.INFO and str(record.msg).startswith(OF_HOOKS):
            return False
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and has_advice(str(error)):
            record.msg, record.args = str(error), ()
            record.exc_info = record.exc_text = None
        return True


def keep_plain() -> None:
    """Make the log of every run of this process one for staff."""
    for name in LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(each, ForStaff) for each in logger.filters):
            logger.addFilter(ForStaff())


def show_our_log(form: str) -> None:
    """Write what our own loggers say from INFO on to stderr, each line in this form.

    Of a process that has imported Prefect: the root logger has Prefect's handler by
    then, for warnings alone, and `logging.basicConfig` changes nothing.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter(form))
    ours = logging.getLogger("juchu")
    ours.addHandler(handler)
    ours.setLevel(logging.INFO)
    ours.propagate = False
