"""French is the source; English says all of it. Read from the texts themselves, not from a list."""

import ast
import gettext
import re

import pytest
from django.utils.translation.template import templatize

from tests.project import tree

FOLDER = tree.ROOT / "toubib" / "locale" / "en" / "LC_MESSAGES"
CALLS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}


def texts_of(source, path):
    """Every text handed to gettext in Python source; a text that is computed is a fault."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name not in CALLS or not node.args:
            continue
        places = {"ngettext": [0], "ngettext_lazy": [0], "pgettext": [1], "pgettext_lazy": [1]}.get(name, [0])
        for place in places:
            given = node.args[place]
            if isinstance(given, ast.Constant) and isinstance(given.value, str):
                found.add(given.value)
    return found


def texts_of_template(text):
    """What Django's own extractor makes of a template is Python-like: `_(u'…')` and `ngettext(u'…')`."""
    found = set()
    python = re.sub(
        r"\bpgettext\(u?'(?:[^'\\]|\\.)*',\s*", "_(", templatize(text)
    )  # the context is not a text
    for match in re.finditer(
        r"\b(?:_|gettext|ngettext|pgettext)\(\s*u?((?:'(?:[^'\\]|\\.)*')|(?:\"(?:[^\"\\]|\\.)*\"))", python
    ):
        found.add(ast.literal_eval(match.group(1)))
    return found


def source_texts():
    found = {}
    for path in tree.files(".py"):
        for text in texts_of(tree.read(path), path):
            found.setdefault(text, str(path))
    for path in tree.files(".html"):
        for text in texts_of_template(tree.read(path)):
            found.setdefault(text, str(path))
    found.pop("", None)
    return found


def read_po():
    """msgid → (list of msgstr, flags) of the English file."""
    entries, block, flags, field = {}, {}, "", None
    lines = (FOLDER / "django.po").read_text(encoding="utf-8").splitlines() + [""]
    for line in lines:
        if line.startswith("#,"):
            flags = line
        elif match := re.match(r'(msgid|msgid_plural|msgctxt|msgstr(?:\[\d\])?) (".*")$', line):
            field = match.group(1)
            block[field] = ast.literal_eval(match.group(2))
        elif line.startswith('"') and field:
            block[field] += ast.literal_eval(line)
        elif not line.strip():
            if "msgid" in block:
                entries[block["msgid"]] = ([v for k, v in block.items() if k.startswith("msgstr")], flags)
            block, flags, field = {}, "", None
    return entries


@pytest.fixture(scope="module")
def english():
    return read_po()


def test_every_text_is_translated(english):
    missing = {
        text: path
        for text, path in source_texts().items()
        if text not in english or not all(english[text][0])
    }
    assert missing == {}, (
        "write their English in toubib/locale/en/LC_MESSAGES/django.po (make locale gathers them)"
    )


def test_no_translation_is_a_guess(english):
    assert [text for text, (_, flags) in english.items() if "fuzzy" in flags] == []


def test_placeholders_are_the_same_in_both_languages(english):
    holes = re.compile(r"%\(\w+\)[sd]|\{\w*\}|%[sd]")
    wrong = [
        text
        for text, (said, _) in english.items()
        if text and any(set(holes.findall(text)) != set(holes.findall(one)) for one in said if one)
    ]
    assert [text for text in wrong if len(english[text][0]) == 1] == []


def test_compiled_file_says_what_the_text_file_says(english):
    with (FOLDER / "django.mo").open("rb") as file:
        catalogue = gettext.GNUTranslations(file)
    stale = [
        text
        for text, (said, _) in english.items()
        if text and len(said) == 1 and catalogue.gettext(text) != said[0]
    ]
    assert stale == []


WORD = re.compile(r"[A-Za-zÀ-ÿ]{3,}")
LEFT_AS_IS = {"Toubib", "SMS", "RPPS", "INS", "SAMU", "CSV", "JSON", "PNG", "SVG", "SHA", "nbsp"}


def test_no_word_of_a_page_is_written_outside_gettext():
    """Text between tags and the attributes people read or hear."""
    bare = []
    for path in tree.files(".html"):
        if path.name.startswith("sheet"):  # components on one page, for those who build: 404 outside the demo
            continue
        text = tree.without_comments(tree.read(path))
        text = re.sub(
            r"\{%\s*blocktrans(?:late)?\b.*?\{%\s*endblocktrans(?:late)?\s*%\}", "", text, flags=re.S
        )
        text = re.sub(
            r"\{% block \w*(?:class|attributes|attrs|device|head) %\}.*?\{% endblock",
            "{% endblock",
            text,
            flags=re.S,
        )
        text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", text, flags=re.S)
        seen = re.findall(r"(?:aria-label|placeholder|title|alt)=\"([^\"]+)\"", text)
        text = re.sub(r"<(script|svg)\b.*?</\1>", "", text, flags=re.S)
        text = re.sub(r"<[^>]*>", " ", text, flags=re.S)
        words = {word for piece in [*seen, text] for word in WORD.findall(piece)} - LEFT_AS_IS
        if words:
            bare.append(f"{path}: {sorted(words)[:6]}")
    assert bare == []


def test_no_script_says_a_word_of_its_own():
    """Texts reach scripts from the template; an accented string in a script is one that was forgotten."""
    accented = re.compile(r"[\"'`][^\"'`\n]*[àâçéèêëîïôûù][^\"'`\n]*[\"'`]", re.I)
    found = []
    for path in tree.files(".js"):
        if "vendor" in path.parts:
            continue
        code = re.sub(r"/\*.*?\*/|(?<![:\"'])//[^\n]*", "", tree.read(path), flags=re.S)
        found += [f"{path}: {match.group()}" for match in accented.finditer(code)]
    assert found == []
