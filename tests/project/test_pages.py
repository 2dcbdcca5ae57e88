"""Templates, styles and addresses: nothing inline, nothing from outside, nothing open that is not meant to be."""

import re

from django.urls import get_resolver

from tests.project import tree

# Each view that answers without sign-in, and why. A new one must be written here.
OPEN_VIEWS = {
    "healthz": "the process lives; nothing else is told",
    "readyz": "names the failing part, no data",
    "metrics": "figures without a person; nginx keeps it inside",
    "ui:language": "anyone chooses the language",
    "ui:theme": "anyone chooses light or dark",
    "ui:sheet": "components; 404 outside the demo",
    "billing:payer": "a step of the way to care, before any account: without one it leads on",
    "counter:enter": "an enrolled machine alone, within a session: a person without phone comes in by the counter's code",
    "documents:verify": "a pharmacist has no account; nothing of the patient is told",
    "documents:verify_code": "the same, by the code of a document",
}
OPEN_PREFIXES = {
    "people:": "signing in comes before being signed in",
    "web:": "start page, demo entry, the way to care before any account",
    "waiting:": "warning signs, place and reason come before any account",
    "kiosk:": "a machine has no account; its key is asked for (kiosk_required), but at its door",
    "consultation:": "a guest comes by a link that serves once",
}


def templates():
    return tree.files(".html")


def views():
    """(name, view function) of each address of ours."""

    def walk(patterns, prefix=""):
        for entry in patterns:
            if hasattr(entry, "url_patterns"):
                inner = f"{entry.namespace}:" if entry.namespace else ""
                yield from walk(entry.url_patterns, prefix + inner)
            else:
                yield f"{prefix}{entry.name}", entry

    return list(walk(get_resolver().url_patterns))


def is_open(view):
    return getattr(view, "login_required", True) is False


def test_every_address_has_a_name():
    assert [str(entry.pattern) for name, entry in views() if name.endswith("None")] == []


def test_views_without_sign_in_are_those_of_the_list():
    found = {name for name, entry in views() if is_open(entry.callback)}
    unlisted = {
        name for name in found if name not in OPEN_VIEWS and not name.startswith(tuple(OPEN_PREFIXES))
    }
    assert unlisted == set()
    assert set(OPEN_VIEWS) - found == set()


def test_no_template_carries_script_style_or_event_handler():
    patterns = {
        "inline script": r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")",
        "style element": r"<style\b",
        "style attribute": r"<[^>]*\sstyle\s*=",
        "event handler": r"<[^>]*\son[a-z]+\s*=",
        "javascript address": r"javascript:",
        "htmx expression": r"\bhx-(on|vals=.js|headers=.js)",
    }
    found = [
        f"{path}: {what}"
        for path in templates()
        for what, pattern in patterns.items()
        if re.search(pattern, tree.without_comments(tree.read(path)), re.I)
    ]
    assert found == []


def test_nothing_is_loaded_from_another_host():
    """Links to elsewhere may be read; what the page itself loads is ours."""
    loads = re.compile(
        r"(?:\b(?:src|srcset|poster|action|data)=|<link[^>]*\bhref=|url\(|@import|import\s*\(?\s*|fetch\()\s*[\"']?(?:https?:)?//",
        re.I,
    )
    paths = [*templates(), *tree.files(".css"), *tree.files(".js"), *tree.files(".svg")]
    found = [f"{path}: {match.group()}" for path in paths for match in loads.finditer(tree.read(path))]
    assert found == []


def test_no_template_is_unused():
    code = "\n".join(tree.read(path) for path in [*tree.files(".py"), *templates()])
    named_by_django = {"400.html", "403.html", "403_csrf.html", "404.html", "500.html", "503.html"}
    unused = []
    for path in templates():
        name = str(path).split("/templates/", 1)[-1]
        used = f'"{name}"' in code or f"'{name}'" in code
        if not used and name not in named_by_django and not name.endswith("/README.html"):
            unused.append(name)
    assert unused == []


def test_vendored_files_have_their_licence_listed():
    listed = tree.read("docs/licences.md")
    vendored = [path for path in tree.files("") if "vendor" in path.parts or "fonts" in path.parts]
    missing = [
        str(path)
        for path in vendored
        if (tree.ROOT / path).is_file()
        and path.name not in listed
        and f"{path.parent}/" not in listed
        and not path.name.endswith(("LICENSE.txt", "OFL.txt"))
    ]
    assert missing == []
