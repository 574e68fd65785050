#!/usr/bin/env python3
"""Prints the blocks of a Markdown file as a script for the world to run."""

import os
import re
import shlex
import sys
import textwrap

MARK = re.compile(r"<!-- test: (?:by (?P<test>\S+)|not, (?P<reason>.+)) -->")
RUNNABLE = {"sh", "toml", "php"}


def blocks(document):
    """Each fenced block: its line, its language, its text, the mark above it."""
    mark, block = None, None
    with open(document, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if block is not None:
                if line.strip() == "```":
                    block["text"] = textwrap.dedent(block["text"])
                    yield block
                    mark, block = None, None
                else:
                    block["text"] += line
            elif line.lstrip().startswith("```"):
                language = line.strip().removeprefix("```").strip()
                block = {"line": number, "language": language, "text": "", "mark": mark}
            elif line.strip():
                mark = MARK.fullmatch(line.strip())


def script_of(document):
    for block in blocks(document):
        if block["language"] not in RUNNABLE:
            continue
        place = f"{document}:{block['line']}"
        mark = block["mark"]
        if mark and mark["test"]:
            if not os.path.exists(mark["test"]):
                sys.exit(f"{place}: there is no {mark['test']}")
        elif mark:
            yield f"echo {shlex.quote(f'skipped: {place}: ' + mark['reason'])}\n"
        elif block["language"] == "sh":
            yield f"at {place}\n{block['text']}"
        else:
            yield f"at {place}\n{block['language']}_block <<'END OF BLOCK'\n{block['text']}END OF BLOCK\n"


if __name__ == "__main__":
    sys.stdout.writelines(script_of(sys.argv[1]))
