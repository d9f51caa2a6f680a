"""The log of a run: no hooks, and no traceback of what a person has to see to."""

import logging
from collections.abc import Iterator

import pytest
from prefect.exceptions import ParameterTypeError

from flows.forget_buyer import forget_buyer
from tasks.runs.log import LOGGERS, keep_plain, show_our_log

ADVICE = "店舗 x は登録されていません。対処: 店舗コードを確認してください。"


class Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture(params=LOGGERS)
def kept(request: pytest.FixtureRequest) -> Iterator[tuple[logging.Logger, Kept]]:
    keep_plain()
    logger, handler = logging.getLogger(request.param), Kept()
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield logger, handler
    logger.setLevel(before)
    logger.removeHandler(handler)


def logged(logger: logging.Logger, error: Exception) -> None:
    try:
        raise error  # noqa: TRY301
    except Exception:
        logger.exception("Encountered exception during execution: %r", error)


def test_an_error_that_says_what_to_do_stands_alone(kept):
    logger, handler = kept
    logged(logger, LookupError(ADVICE))

    assert handler.lines == [ADVICE]


def test_what_was_typed_beside_a_wrong_value_is_not_logged(capsys):
    """A buyer's mail, or a pasted mail's names, stood in the worker's log."""
    given = {"mail": "hanako@buyer.example", "order_number": {"a": "090-0000-9173"}}
    handler = Kept()
    logger = logging.getLogger("prefect.flows")
    logger.addHandler(handler)
    with pytest.raises(ParameterTypeError) as refused:
        forget_buyer.validate_parameters(given)
    logger.removeHandler(handler)

    assert handler.lines == ["Parameter validation failed for flow 'forget-buyer'"]
    assert "order_number" in str(refused.value)
    said = f"{refused.value} {capsys.readouterr()}"
    assert [each for each in ("hanako", "9173") if each in said] == []


def test_an_error_nobody_foresaw_keeps_its_place_in_the_code(kept):
    logger, handler = kept
    logged(logger, LookupError("x"))

    assert "Traceback" in handler.lines[0]
    assert "test_run_log.py" in handler.lines[0]


def test_a_hook_is_heard_of_only_when_it_fails(kept):
    logger, handler = kept
    logger.info("Running hook %r in response to entering state %r", "h", "Running")
    logger.info("Hook %r finished running successfully", "h")
    logger.error("Hook %r failed", "h")
    logger.info("調整待ちの明細が3行あります")

    assert handler.lines == ["Hook 'h' failed", "調整待ちの明細が3行あります"]


@pytest.fixture
def ours() -> Iterator[logging.Logger]:
    """The logger above all of ours, left as it was found."""
    logger = logging.getLogger("juchu")
    before = logger.handlers[:], logger.level, logger.propagate
    yield logger
    logger.handlers[:], logger.level, logger.propagate = before


@pytest.mark.usefixtures("ours")
def test_our_own_log_is_seen_although_the_root_logger_is_taken(capsys):
    assert logging.getLogger().handlers
    show_our_log("said: %(message)s")
    logging.getLogger("juchu.watch").info("the warm process works")

    assert capsys.readouterr().err == "said: the warm process works\n"
