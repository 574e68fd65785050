#!/usr/bin/env python3
"""Prints the blocks of a Markdown file as a script for the world to run."""

import os
import re
import shlex
import sys
import textwrap

MARK = re.compile(r"<!-- test: (?:by (?P<test>\S+)|not, (?P<reason>.+)) -->")

# Done in the world: shell as it stands, the others by its function LANGUAGE_block.
RUNNABLE = {"sh", "toml", "php", "ini", "json", "logrotate", "yaml"}

# Only looked at: pictures, what a program says, what goes over the wire in part.
SHOWN = {"text", "http"}


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


def words(text):
    """The words of commands, whoever gives them: a shell, or a test as an array.

    A program, a file and a package count by their last name, and any number for any other.
    """
    text = re.sub(r"\bcargo run (?:--\w+ )*?--example (\S+) --", r"\1", text)
    text = re.sub(r"\bcargo run (?:--\w+ )*--(?=\s)", "leadtap", text)
    text = re.sub(r"\bsudo -u (\w+)", r"runuser -u \1 --", text)
    found = (word.rsplit("/", 1)[-1] for word in re.findall(r"[$\w./*=@-]*[\w.*-]", text))
    return [re.sub(r"\d+", "N", re.sub(r".*\.deb$", "*.deb", word)) for word in found]


def claims(block):
    """What of a block a test must have: each command, or each key of a configuration."""
    if block["language"] != "sh":
        return [[key] for key in re.findall(r"^(\w+) ?=", block["text"], re.MULTILINE)]
    text = block["text"].replace("\\\n", " ")
    lines = [re.sub(r"(^|\s)#.*", "", line).strip() for line in text.splitlines()]
    return [words(line) for line in lines if line]


def is_done_by(block, document, test):
    """Whether the test takes its text from the document, or has all that the block has."""
    with open(test, encoding="utf-8") as file:
        source = file.read()
    if document in source and f"```{block['language']}" in source:
        return True
    # What it says of itself, it does not do yet.
    source = re.sub(r"^\s*(?://|#|\*).*", "", source, flags=re.MULTILINE)
    # Between blanks, so that a word is found as a whole.
    there = f" {' '.join(words(source))} "
    wanted = claims(block)
    return bool(wanted) and all(f" {' '.join(words_of_one)} " in there for words_of_one in wanted)


def script_of(document):
    for block in blocks(document):
        place, language = f"{document}:{block['line']}", block["language"]
        mark = block["mark"]
        if mark and mark["test"]:
            if not os.path.exists(mark["test"]):
                sys.exit(f"{place}: there is no {mark['test']}")
            if not is_done_by(block, document, mark["test"]):
                sys.exit(f"{place}: {mark['test']} does not do what the block says")
        elif mark:
            yield f"echo {shlex.quote(f'skipped: {place}: ' + mark['reason'])}\n"
        elif language == "sh":
            yield f"at {place}\n{block['text']}"
        elif language in RUNNABLE:
            yield f"at {place}\n{language}_block <<'END OF BLOCK'\n{block['text']}END OF BLOCK\n"
        elif language not in SHOWN:
            sys.exit(f"{place}: nothing runs {language or 'a block without a language'}: give it one, or a mark")


if __name__ == "__main__":
    sys.stdout.writelines(script_of(sys.argv[1]))
