"""Figures for Prometheus: counts and times by view, state of the line, the outbox and the worker. No personal data.

`toubib serve` names a folder in PROMETHEUS_MULTIPROC_DIR, so that the figures of all its processes add up; the
gauges are asked of the database at each reading. Nginx does not show /metrics to the outside.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator

from django.apps import apps
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY, Collector

from toubib.exchange.queries import count_undelivered
from toubib.ground.mail import count_failed, count_pending

REQUESTS = Counter("toubib_requests", "Requests answered.", ["view", "method", "status"])
LATENCY = Histogram(
    "toubib_request_seconds",
    "Time to answer.",
    ["view"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
TICKS = Counter("toubib_worker_ticks", "Rounds of the worker's duties.", ["tick", "outcome"])

GetResponse = Callable[[HttpRequest], HttpResponse]
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def count_requests(get_response: GetResponse) -> GetResponse:
    """Middleware, outermost: one count and one time a request, by the name of its view."""

    def middleware(request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = get_response(request)
        match = request.resolver_match
        view = (match.view_name or "unnamed") if match else "none"
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(view, method, str(response.status_code)).inc()
        LATENCY.labels(view).observe(time.perf_counter() - began)
        return response

    return middleware


class Gauges(Collector):
    """What the database knows at this moment."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        tickets = GaugeMetricFamily("toubib_tickets", "Tickets by state.", labels=["state"])
        rows = (
            apps.get_model("waiting", "Ticket")._default_manager.values_list("state").annotate(n=Count("id"))
        )
        for state, count in rows.order_by("state"):
            tickets.add_metric([state], count)
        yield tickets
        yield GaugeMetricFamily("toubib_outbox_pending", "Messages still to send.", value=count_pending())
        yield GaugeMetricFamily(
            "toubib_outbox_failed", "Messages given up, over thirty days.", value=count_failed()
        )
        yield GaugeMetricFamily(
            "toubib_reports_undelivered", "Reports that bounced or were given up.", value=count_undelivered()
        )


def exposition() -> bytes:
    """The Prometheus text of every process of this server. Raises OperationalError when the database is away."""
    registry = CollectorRegistry()
    registry.register(Gauges())
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)
        return bytes(generate_latest(registry))
    return bytes(generate_latest(REGISTRY)) + bytes(generate_latest(registry))
