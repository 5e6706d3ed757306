"""Figures for Prometheus, on a port of this machine only."""

import threading
from collections.abc import Callable, Iterator
from typing import Self
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, Histogram, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.telegram.vitals import Vitals
from index.errors import ConfigError

OUTCOME = "outcome "
"""With it begins the name under which the vitals count an outcome of answers."""

HOST = "127.0.0.1"
"""Whoever may read the figures from elsewhere is a matter for a proxy."""

_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_COUNTED = {
    "updates": "Updates received.",
    "refused": "Updates of strangers and of the banned.",
    "limited": "Updates over the limit of a user or a chat.",
    "errors": "Updates that ended in an error.",
    "floods": "Requests that Telegram put off (429).",
    "retries": "Requests to Telegram that were tried again.",
    "polls": "Times that Telegram was asked for updates with success.",
    "failed_polls": "Times that it was asked without.",
    "late": "Updates that were not done in time.",
    "replayed": "Updates taken up again at the start.",
    "poisoned": "Updates set aside because they could not be handled.",
}


class Metrics:
    """The figures of one running bot.

    What the vitals count is read when somebody asks; only the time that answers take is written
    down as they are given, in `answer_seconds`.
    """

    def __init__(self, vitals: Vitals, articles: Callable[[], int]) -> None:
        self.vitals = vitals
        self._registry = CollectorRegistry()
        self._registry.register(_Figures(vitals, articles))
        self.answer_seconds = Histogram(
            "citat_answer_seconds",
            "From taking up a question to Telegram's word that the answer was sent.",
            buckets=_SECONDS,
            registry=self._registry,
        )

    def serve(self, port: int) -> "MetricsServer":
        """Answer at http://127.0.0.1:PORT/metrics, in a thread of its own.

        Raises:
            ConfigError: the port is taken, or not for everybody.
        """
        try:
            server, thread = start_http_server(port, addr=HOST, registry=self._registry)
        except OSError as error:
            raise ConfigError(
                f"[telegram] metrics_port = {port} cannot be used: {error.strerror};"
                " choose another, or 0 for none",
            ) from error
        return MetricsServer(server, thread)


class MetricsServer:
    """A server that can be closed."""

    def __init__(self, server: WSGIServer, thread: threading.Thread) -> None:
        self._server = server
        self._thread = thread

    def close(self) -> None:
        """Stop answering and free the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Figures(Collector):
    """Reads the vitals and the size of the archive each time it is asked."""

    def __init__(self, vitals: Vitals, articles: Callable[[], int]) -> None:
        self._vitals = vitals
        self._articles = articles

    def collect(self) -> Iterator[Metric]:
        counts = self._vitals.counts
        for name, told in _COUNTED.items():
            yield CounterMetricFamily(f"citat_{name}", told, value=counts[name])
        answers = CounterMetricFamily(
            "citat_answers",
            "Answers by outcome: quotes, or why there are none.",
            labels=["outcome"],
        )
        for outcome, count in outcomes(self._vitals).items():
            answers.add_metric([outcome], count)
        yield answers
        yield GaugeMetricFamily(
            "citat_queue", "Updates not yet dealt with.", value=self._vitals.waiting
        )
        if (age := self._vitals.poll_age()) is not None:
            yield GaugeMetricFamily(
                "citat_poll_age_seconds", "Since Telegram was last asked with success.", value=age
            )
        yield GaugeMetricFamily(
            "citat_articles", "Articles in the archive.", value=self._articles()
        )


def outcomes(vitals: Vitals) -> dict[str, int]:
    """Return how many answers had each outcome."""
    return {
        name.removeprefix(OUTCOME): count
        for name, count in sorted(vitals.counts.items())
        if name.startswith(OUTCOME)
    }
