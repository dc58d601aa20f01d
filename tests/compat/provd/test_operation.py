"""The tree of operations, as provd's shell drew it."""

from __future__ import annotations

from ringboot.compat.provd.operation import DONE, FAILED, WAITING, Operation, lines


def test_a_tree_is_written_as_there() -> None:
    going = Operation("install", parts=(Operation("download", current=0, end=7735),))
    assert lines(going) == ["'install' in progress...", "    'download' in progress... 0/7735"]
    done = Operation("install", DONE, parts=(Operation("download", DONE, 7735, 7735),))
    assert lines(done) == ["'install' done.", "    'download' done. 7735/7735"]
    assert lines(Operation("update", FAILED, 12)) == ["'update' failed. 12"]
    assert lines(Operation("update", WAITING)) == ["'update' waiting..."]
