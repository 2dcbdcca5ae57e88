"""What every page tells the browser it may use."""

import re

import pytest

from toubib.config.tests.running import DEPLOY

pytestmark = pytest.mark.django_db


def test_pages_keep_camera_and_microphone_to_themselves_and_ask_for_no_position(client):
    said = client.get("/connexion").headers["Permissions-Policy"]
    rules = dict(rule.split("=") for rule in said.split(", "))
    wanted = {"camera": "(self)", "microphone": "(self)", "geolocation": "()", "display-capture": "()"}
    assert {name: rules.get(name) for name in wanted} == wanted


def test_the_log_of_nginx_hides_each_link_that_opens_something():
    site = (DEPLOY / "nginx.conf").read_text()
    hidden = re.findall(r"~\^(/[a-z/]+/) ", site)
    assert hidden == ["/invite/", "/connexion/invitation/"]


@pytest.mark.parametrize(
    "place",
    [
        "/ws/",
        "= /sse",
        "/connexion",
        "/consulter/identite",
        "/consulter/signes",
        "= /consulter/test/relais",
        "= /relais/test",
    ],
)
def test_nginx_bounds_what_anyone_may_open(place):
    site = (DEPLOY / "nginx.conf").read_text()
    inside = site.partition(f"location {place} {{")[2].partition("}")[0]
    assert "limit_" in inside
