"""What stands in logs: no hooks, no values, no traceback where a person has to act.

Prefect logs each hook twice, and every error with its traceback in red. Our own errors
say in Japanese what happened and what to do; the place in the code helps nobody then.
"""

import logging
from typing import Final

from data.model.advice import has_advice

LOGGERS: Final = ("prefect.flow_runs", "prefect.task_runs")
"""Whose records stand on a run's page."""
OF_HOOKS: Final = ("Running hook ", "Hook ")


OF_VALUES: Final = "prefect.flows"
"""Which logs every parameter of a run of which one cannot be (3.9.1)."""
REFUSED: Final = "Parameter validation failed for flow "


class WithoutValues(logging.Filter):
    """Leaves out of a refusal what was typed, which may be a buyer's.

    What is wrong with which parameter stands in the state of the run.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Return that the record is logged; what it quotes is cut off."""
        if str(record.msg).startswith(REFUSED):
            record.msg, record.args = f"{record.msg}".partition(": ")[0], ()
        return True


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
    of_values = logging.getLogger(OF_VALUES)
    if not any(isinstance(each, WithoutValues) for each in of_values.filters):
        of_values.addFilter(WithoutValues())


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
