from toubib.ui.steps import Step, build_steps


def test_build_steps_in_the_middle():
    assert build_steps(labels=["Sécurité", "Motif", "File"], current=1) == [
        Step("Sécurité", "done"),
        Step("Motif", "current"),
        Step("File", "todo"),
    ]


def test_build_steps_when_all_is_done():
    assert build_steps(labels=["Sécurité", "Motif"], current=2) == [
        Step("Sécurité", "done"),
        Step("Motif", "done"),
    ]
