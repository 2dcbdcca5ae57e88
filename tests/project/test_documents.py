"""What the documents promise is there, and what is there is documented."""

import re

from django.apps import apps

from tests.project import tree

READERS = re.compile(r"read_[a-z_]+\(\s*\n?\s*\"(TOUBIB_[A-Z_]+)\"")


def settings_read():
    found = set()
    for path in tree.files(".py"):
        text = tree.read(path)
        found |= set(READERS.findall(text))
        found |= {f"{name}_FILE" for name in re.findall(r"read_secret\(\s*\"(TOUBIB_[A-Z_]+)\"", text)}
        found -= set(re.findall(r"read_secret\(\s*\"(TOUBIB_[A-Z_]+)\"", text))
    return found


def settings_documented():
    return set(re.findall(r"^\| `(TOUBIB_[A-Z_]+)`", tree.read("docs/install.md"), re.M))


def test_every_setting_is_documented_and_no_other():
    assert settings_read() == settings_documented()


def test_no_setting_is_read_around_the_typed_readers():
    around = [
        str(path)
        for path in tree.files(".py")
        if path.name != "env.py"
        and re.search(r"environ(\.get\(|\[)\s*\"TOUBIB_(?!DEMO|BIND|PUBLIC_URL)", tree.read(path))
    ]
    assert around == []


def test_every_command_of_the_readme_exists():
    text = tree.read("README.md") + tree.read("docs/install.md") + tree.read("UPGRADE.md")
    targets = set(re.findall(r"^([a-z]+):", tree.read("Makefile"), re.M))
    assert set(re.findall(r"`?\bmake ([a-z]+)\b", text)) - targets == set()
    from toubib.config.cli import build_parser

    commands = set(next(a for a in build_parser()._actions if a.dest == "==SUPPRESS==" or a.choices).choices)
    assert set(re.findall(r"`toubib ([a-z]+)", text)) - commands == set()


def test_every_link_between_documents_leads_somewhere():
    broken = []
    for path in [*tree.files(".md", under="docs"), *tree.files(".md", tests=True)]:
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", tree.read(path)):
            if not (tree.ROOT / path).parent.joinpath(target).exists():
                broken.append(f"{path}: {target}")
    for name in ("README.md", "CHANGELOG.md", "UPGRADE.md"):
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", tree.read(name)):
            if not (tree.ROOT / target).exists():
                broken.append(f"{name}: {target}")
    assert broken == []


def test_every_file_that_a_document_names_exists():
    named = set()
    for path in [*tree.files(".md", under="docs"), tree.ROOT / "README.md"]:
        text = (tree.ROOT / path).read_text(encoding="utf-8")
        named |= set(re.findall(r"`((?:toubib|scripts|deploy|tests|benchmarks|docs)/[\w./-]+)`", text))
    assert [name for name in sorted(named) if not (tree.ROOT / name).exists()] == []


def test_glossary_holds_every_model():
    words = set(re.findall(r"`([A-Za-z]+)`", tree.read("docs/glossary.md")))
    models = {
        model.__name__
        for model in apps.get_models()
        if model.__module__.startswith("toubib.") and not model._meta.auto_created
    }
    assert models - words == set()


def test_decisions_are_numbered_without_a_hole():
    numbers = sorted(
        int(path.name[:4]) for path in tree.files(".md", under="docs/decisions") if path.name[0] == "0"
    )
    assert numbers == list(range(1, len(numbers) + 1))
    for path in tree.files(".md", under="docs/decisions"):
        if path.name[0] == "0":
            headings = re.findall(r"^## (.+)$", tree.read(path), re.M)
            assert headings == ["Context", "Decision", "Rejected"], path


def test_licence_is_the_whole_text_of_the_eupl():
    text = tree.read("LICENSE")
    assert text.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2")
    assert "Applicable Law" in text and "Appendix" in text


def test_no_secret_and_no_data_file_is_tracked():
    bad = re.compile(r"\.(key|keys|pem|sqlite3|db|log)$|^var/|^staticfiles/|^screenshots/")
    assert [str(path) for path in tree.tracked() if bad.search(str(path))] == []
