"""Every message that leaves Toubib: who sends it, and that its words say that something is there, never what."""

import ast
import re

from tests.project import tree

# Each file that queues messages, with how many; a new one is written here after its words were read.
SENDERS = {
    "toubib/consultation/operations/reminders.py": 2,
    "toubib/consultation/operations/withdraw.py": 2,
    "toubib/people/operations/codes.py": 1,
    "toubib/people/operations/contact.py": 1,
    "toubib/people/operations/grants.py": 1,
    "toubib/people/operations/invitations.py": 1,
    "toubib/people/operations/professionals.py": 2,
    "toubib/rights/operations/copies.py": 2,
    "toubib/rights/operations/erasures.py": 3,
    "toubib/waiting/operations/forgotten.py": 2,
}
# What a message may hold beside its words: links and codes of ours, the role or the paper of a professional.
MAY_HOLD = {
    "link",
    "code",
    "name",
    "role",
    "day",
    "hours",
    "what",
    "which",
    "why",
    "reason",
    "minutes",
    "days",
    "until",
    "kinds",
}
HEALTH = re.compile(
    r"sant[ée]|malad|sympt|diagnos|ordonnance|m[ée]dicament|traitement|allerg|note\b|compte rendu|certificat|arr[êe]t"
    r"|consultation|r[ée]sultat|examen|photo|douleur|urgence|psych|grossesse|consent",
    re.I,
)
NAMES = {"_", "gettext", "gettext_lazy", "ngettext"}


def sends(node):
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == "queue_message"


def functions_that_send(path):
    """Those that queue a message, and those of the same file that call them: where its words are put together."""
    functions = list(tree.functions(path))
    found = {one.name for one in functions if any(sends(node) for node in ast.walk(one))}
    while True:
        more = {
            one.name
            for one in functions
            for node in ast.walk(one)
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in found
        } - found
        if not more:
            return [one for one in functions if one.name in found]
        found |= more


def words_of(path):
    """Every translated sentence of these functions, and of the module's own constants that they name."""
    module = {
        target.id: node.value
        for node in tree.parsed(path).body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for function in functions_that_send(path):
        for node in ast.walk(function):
            source = module.get(node.id) if isinstance(node, ast.Name) else node
            for call in ast.walk(source) if isinstance(source, ast.AST) else ():
                if isinstance(call, ast.Call) and getattr(call.func, "id", "") in NAMES:
                    yield from (one.value for one in call.args if isinstance(one, ast.Constant))


def senders():
    found = {}
    for path in tree.files(".py"):
        count = sum(sends(node) for node in ast.walk(tree.parsed(path)))
        if count and path.name != "mail.py":
            found[str(path)] = count
    return found


def test_messages_are_sent_from_the_places_of_the_list_and_no_other():
    found = senders()
    letters = found.pop("toubib/exchange/submission.py", 0)  # tells an operator's mailbox; see below
    assert (found, letters <= 1) == (SENDERS, True)


def test_no_message_has_a_word_of_health():
    said = {str(path): set(words_of(path)) for path in tree.files(".py") if str(path) in SENDERS}
    assert {path for path, words in said.items() if not words} == set()
    assert {(path, one) for path, words in said.items() for one in words if HEALTH.search(one)} == set()


def test_no_message_holds_anything_but_links_codes_and_names_of_roles():
    held = {
        (str(path), name)
        for path in tree.files(".py")
        if str(path) in SENDERS
        for words in words_of(path)
        for name in re.findall(r"%\((\w+)\)s", str(words))
    }
    assert {(path, name) for path, name in held if name not in MAY_HOLD} == set()
