#!/usr/bin/env python3
"""The normative sentences of an RFC, found in its text file and compared with tests/conformance/normative.json.

    normative.py show  RFC.txt...    each sentence with its id
    normative.py check RFC.txt...    fails when the inventory differs from the texts
    normative.py write RFC.txt...    writes the inventory of these texts

A sentence is normative when it has MUST, SHALL, SHOULD, REQUIRED or RECOMMENDED, in capitals and not in quotation marks
(RFC 2119). Its id is `RFC-clause-n`: the n-th such sentence of its clause. The inventory keeps a digest of each sentence, not
its words: the texts are the IETF Trust's. They are at https://www.rfc-editor.org/rfc/rfc7644.txt and in Debian's `doc-rfc-std-proposed`.
"""

import hashlib
import json
import re
import sys
from pathlib import Path

INVENTORY = Path(__file__).with_name("normative.json")
KEYWORD = re.compile(r"\b(?:MUST NOT|MUST|SHALL NOT|SHALL|SHOULD NOT|SHOULD|NOT RECOMMENDED|RECOMMENDED|REQUIRED)\b")
HEADING = re.compile(r"^(?:(\d+(?:\.\d+)*)\.?|Appendix ([A-Z])\.|([A-Z])(?=\.\d|\.\s))\s\s*\S")
FOOTER = re.compile(r"^\S.*\[Page \d+\]$")
HEADER = re.compile(r"^RFC \d+ {3,}.* (?:19|20)\d\d$")
ITEM = re.compile(r"^ *(?:o|\*|-|\d+\.) {1,}(?=\S)")
# The texts set two spaces between sentences, so that a stop before one space ends none.
END = re.compile(r"([.?!][\"')]*)(?: {2,}|\n)(?=[\"'(A-Z])")
ALONE = re.compile(r"(?:This (?:is|attribute is) )?(?:REQUIRED|RECOMMENDED)\W*")


def number(text):
    """The RFC's number, from its first page."""
    return int(re.search(r"^Request for Comments: (\d+)", text, re.M).group(1))


def lines(text):
    """The lines without headers and footers of pages; a paragraph that a page ends is one paragraph."""
    kept, broken = [], False
    for line in text.replace("\f", "").splitlines():
        if FOOTER.match(line) or HEADER.match(line):
            broken = True
            while kept and not kept[-1].strip():
                kept.pop()
            continue
        if broken:
            if not line.strip():
                continue
            before = kept[-1].strip() if kept else ""
            goes_on = before[-1:] not in ".:?!})]" and not ITEM.match(line) and line.startswith(" ")
            if not goes_on:
                kept.append("")
            broken = False
        kept.append(line.rstrip())
    return kept


def figure(text):
    """What a figure in JSON says in words: its descriptions."""
    return re.findall(r'"description"\s*:\s*"([^"]*)"', text)


def cells(rows):
    """The cells of a table: its rows begin with a bar, an empty line or a rule stands between them."""
    columns = []
    for row in [*rows, ""]:
        parts = [part.strip() for part in row.strip("|").split("|")]
        if not any(parts):
            yield from ("\n".join(filter(None, column)) for column in columns)
            columns = []
        else:
            columns += [[] for _ in parts[len(columns):]]
            for column, part in zip(columns, parts):
                column.append(part)


def blocks(text):
    """Triples of clause, kind ("text", "table" or "json") and lines. An item of a list is a block."""
    clause, kind, current, depth = None, "text", [], 0
    for line in [*lines(text), ""]:
        bare, heading = line.strip(), HEADING.match(line)
        if kind == "json" and depth > 0 and not heading:
            depth += len(re.findall(r"[\[{]", line)) - len(re.findall(r"[\]}]", line))
            current.append(line)
            continue
        table = bare.startswith(("|", "+--"))
        starts_json = bare in ("{", "[")
        if not bare or heading or starts_json or table != (kind == "table") or kind == "json" or ITEM.match(line):
            if current and clause:
                yield clause, kind, current
            current, kind = [], "json" if starts_json else "table" if table else "text"
            depth = int(starts_json)
        if heading:
            clause = next(filter(None, heading.groups()))
        elif table:
            current.append("" if bare.startswith("+--") else bare)
        elif bare:
            current.append(ITEM.sub("", line).strip())


def paragraphs(text):
    """Pairs of clause and paragraph: of the prose, of a cell of a table, of a description in a figure."""
    for clause, kind, found in blocks(text):
        whole = "\n".join(found)
        parts = figure(whole) if kind == "json" else cells(found) if kind == "table" else [whole]
        for part in parts:
            yield clause, re.sub(r"\n +", "\n", part)


def sentences(paragraph):
    """The sentences of a paragraph. A keyword that stands alone belongs to the sentence before it."""
    found = []
    for sentence in END.sub(r"\1\0", paragraph).split("\0"):
        sentence = " ".join(sentence.split())
        if found and ALONE.fullmatch(sentence):
            found[-1] += " " + sentence
        else:
            found.append(sentence)
    return found


def keywords(sentence):
    """What the sentence demands, in its order."""
    return KEYWORD.findall(re.sub(r'"(?:MUST|SHALL|SHOULD|NOT|REQUIRED|RECOMMENDED| )+[.,]?"', "", sentence))


def normative(text):
    """Every normative sentence of an RFC: id, RFC, clause, keywords and the words."""
    rfc, counts = number(text), {}
    for clause, paragraph in paragraphs(text):
        for sentence in sentences(paragraph):
            found = keywords(sentence)
            if not found:
                continue
            counts[clause] = counts.get(clause, 0) + 1
            yield {"id": f"{rfc}-{clause}-{counts[clause]}", "rfc": rfc, "clause": clause,
                   "keywords": sorted(set(found)), "text": sentence}


def entry(sentence):
    """A line of the inventory. White space and case do not count, so that every edition of a text gives the same digest."""
    plain = re.sub(r"\s+", "", sentence["text"]).lower()
    kept = {key: sentence[key] for key in ("id", "rfc", "clause", "keywords")}
    return kept | {"digest": hashlib.sha256(plain.encode()).hexdigest()[:16]}


def main(command, files):
    found = [sentence for file in files for sentence in normative(Path(file).read_text(encoding="utf-8-sig"))]
    if command == "show":
        for sentence in found:
            print(f"{sentence['id']} {sentence['text']}")
    elif command == "write":
        rows = ",\n".join("  " + json.dumps(entry(sentence)) for sentence in found)
        INVENTORY.write_text(f"[\n{rows}\n]\n", encoding="utf-8")
    elif command == "check":
        lost = sum(len(keywords(Path(file).read_text(encoding="utf-8-sig"))) for file in files)
        lost -= sum(len(keywords(sentence["text"])) for sentence in found)
        read = {sentence["rfc"] for sentence in found}
        listed = [row for row in json.loads(INVENTORY.read_text(encoding="utf-8")) if row["rfc"] in read]
        fresh = [entry(sentence) for sentence in found]
        for row in listed:
            if row not in fresh:
                print(f"{row['id']}: not so in the text")
        for row in fresh:
            if row not in listed:
                print(f"{row['id']}: not so in {INVENTORY.name}")
        print(f"{len(fresh)} sentences in the text, {len(listed)} listed, {lost} keywords outside of them")
        return int(not found or fresh != listed or lost != 0)
    else:
        sys.exit(__doc__)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2], sys.argv[2:]) if len(sys.argv) > 2 else __doc__)
