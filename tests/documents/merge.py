#!/usr/bin/env python3
"""Writes a piece of configuration, from standard input, into the file that is
named: a key takes the place of the one that is there, and `[[…]]` with a name
that is not there adds one more."""

import sys


def tables(lines):
    """Each header with the lines under it; what stands before the first is under None."""
    found = [(None, [])]
    for line in lines:
        if line.startswith("["):
            found.append((line.strip(), []))
        elif line.strip():
            found[-1][1].append(line)
    return found


def key(line):
    return line.split("=")[0].strip()


def name(lines):
    return next((line for line in lines if key(line) == "name"), None)


def same(header, one, other):
    """Whether two tables under this header are the same one."""
    return not (header or "").startswith("[[") or (name(one) is not None and name(one) == name(other))


def merged(whole, piece):
    for header, lines in piece:
        home = next((under for title, under in whole if title == header and same(header, under, lines)), None)
        if home is None:
            whole.append((header, lines))
        else:
            new = {key(line) for line in lines}
            home[:] = [line for line in home if key(line) not in new] + lines
    return whole


with open(sys.argv[1], encoding="utf-8") as file:
    whole = tables(file)
with open(sys.argv[1], "w", encoding="utf-8") as file:
    for header, lines in merged(whole, tables(sys.stdin)):
        file.writelines([f"{header}\n"] if header else [])
        file.writelines(lines)
