"""What is remembered is told by identity of the frames, and is forgotten with them."""

import gc
import weakref

import polars as pl

from analytics.once import once


def test_the_same_frames_are_worked_out_once_and_others_again():
    calls = []

    @once
    def total(frame: pl.DataFrame, factor: int = 1) -> pl.DataFrame:
        calls.append(factor)
        return frame.select(pl.col("a").sum() * factor)

    one, other = pl.DataFrame({"a": [1, 2]}), pl.DataFrame({"a": [1, 2]})
    assert total(one).item() == 3
    assert total(one, factor=1) is total(one)
    assert calls == [1]
    assert total(other).item() == 3  # equal rows, another frame
    assert total(one, 2).item() == 6
    assert calls == [1, 1, 2]
    assert total(one) is total(one, 1)
    assert calls == [1, 1, 2]


def test_what_is_remembered_dies_with_its_frames():
    @once
    def total(frame: pl.DataFrame, beside: pl.DataFrame) -> pl.DataFrame:
        return frame.sum()

    frame, beside = pl.DataFrame({"a": [1]}), pl.DataFrame({"a": [1]})
    kept = weakref.ref(total(frame, beside))
    assert kept() is not None
    del beside
    gc.collect()
    assert kept() is None
