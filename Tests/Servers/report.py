#!/usr/bin/env python3
"""Prints what the servers did: report.py RESULTS TITLES [--write DIRECTORY]

RESULTS has the lines of cell.sh, TITLES those of driver.sh: kind, title, reload, proof, limit and parameters, with tabs
between. With --write the tables replace what is between the marks in README.md of the directory, and the parameters what is
between those in the page of each server. Ends with 1 when a cell is not as it should be.
"""
import pathlib
import re
import sys

CASES = {
    "good": "good push", "syntax": "syntax error", "repair": "good after bad", "error": "answers 500",
    "crash": "crash at start", "two": "two in a row", "rollback": "rollback", "trial": "crash, trial run",
}


def rows(path):
    with open(path, encoding="utf-8") as lines:
        return [line.rstrip("\n").split("\t") for line in lines]


def cell(fields):
    _, _, outcome, failed, seconds, verdict, remark = fields
    if outcome == "-":
        return "–"
    text = f"{outcome}, {seconds} s, {verdict}" if failed != "0" else f"{outcome}, 0, {verdict}"
    return text if remark == "ok" else f"**WRONG** {text}: {remark}"


def table(head, body):
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def replace(page, mark, text):
    content = page.read_text(encoding="utf-8")
    pattern = re.compile(f"(<!-- {mark} -->\n).*?(<!-- end -->)", re.S)
    if not pattern.search(content):
        sys.exit(f"{page} has no '<!-- {mark} -->' with '<!-- end -->' below it")
    page.write_text(pattern.sub(lambda found: found[1] + text + "\n" + found[2], content, count=1), encoding="utf-8")


def main():
    results, titles = rows(sys.argv[1]), rows(sys.argv[2])
    found = {}
    for line in results:
        # With a trial run a good push is pushed once more.
        found.setdefault((line[0], line[1]), line)
    cases = [case for case in CASES if any(line[1] == case for line in results)]
    matrix = table(["server", *(CASES[case] for case in cases)], [
        [title[1], *(cell(found[title[0], case]) if (title[0], case) in found else "–" for case in cases)]
        for title in titles])
    print(matrix)
    wrong = [line for line in results if line[6] != "ok"]
    for line in wrong:
        print(f"{line[0]}, {CASES[line[1]]}: {line[6]}", file=sys.stderr)
    # A server that ended early has lines that are missing.
    lost = [title[0] for title in titles if (title[0], "good") not in found]
    if lost:
        print("no result of " + ", ".join(lost), file=sys.stderr)
    if wrong or lost:
        return 1
    if len(sys.argv) == 5 and sys.argv[3] == "--write":
        directory = pathlib.Path(sys.argv[4])
        replace(directory / "README.md", "servers", table(
            ["server", "signal or call", "target", "proof", "what it cannot do"],
            [[f"[{title[1]}]({title[0]}.md)", *title[2:6]] for title in titles]))
        replace(directory / "README.md", "matrix", matrix)
        for title in titles:
            replace(directory / f"{title[0]}.md", "parameters", "```sh\n" + "\n".join(title[6:]) + "\n```")
    return 0


sys.exit(main())
