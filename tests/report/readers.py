"""Readers of formats that are not the writers' own libraries."""

from __future__ import annotations


def read_csv(data: bytes, delimiter: str = ",") -> list[list[str]]:
    """The rows of a CSV file by RFC 4180, letter by letter; AssertionError where it is none."""
    text = data.decode("utf-8")
    assert text.endswith("\r\n")
    rows: list[list[str]] = [[]]
    place = 0
    while place < len(text):
        cell, place = _cell(text, place, delimiter)
        rows[-1].append(cell)
        if text[place] == delimiter:
            place += 1
            continue
        assert text[place : place + 2] == "\r\n", f"after {cell!r}"
        place += 2
        rows.append([])
    return rows[:-1]


def _cell(text: str, place: int, delimiter: str) -> tuple[str, int]:
    if text[place] != '"':
        end = place
        while text[end] not in (delimiter, "\r"):
            assert text[end] not in '"\n', "a quote or a line end in a cell without quotes"
            end += 1
        return text[place:end], end
    made = ""
    while True:
        end = text.index('"', place + 1)
        made += text[place + 1 : end]
        if text[end + 1] != '"':
            return made, end + 1
        made, place = made + '"', end + 1
