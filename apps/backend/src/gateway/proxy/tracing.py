"""Carries a trace from the client through to the engine, with a span of our own when somebody collects it."""

from typing import Final

from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from gateway.contracts import Headers
from gateway.proxy.client import HeaderMap
from gateway.proxy.flight import Flight

_TRACE_HEADERS: Final = (b"traceparent", b"tracestate")
_PROPAGATOR: Final = TraceContextTextMapPropagator()


class Trace:
    """The part of a trace that one request is."""

    def __init__(self, headers: Headers, span: Span | None) -> None:
        #: What tells the engine which trace it works for.
        self.headers = headers
        self._span = span

    def end(self, flight: Flight) -> None:
        if self._span is None:
            return
        self._span.set_attribute("http.response.status_code", flight.status)
        self._span.set_attribute("gen_ai.request.model", flight.model)
        self._span.set_attribute("gateway.request_id", flight.request_id)
        if flight.status >= 500:
            self._span.set_status(StatusCode.ERROR)
        self._span.end()


class Tracing:
    """Makes spans when there is a tracer; without one it only hands on what the client sent."""

    def __init__(self, tracer: Tracer | None) -> None:
        self._tracer = tracer

    def begin(self, path: str, headers: HeaderMap) -> Trace:
        given = tuple([(name, headers[name]) for name in _TRACE_HEADERS if name in headers])
        if self._tracer is None:
            return Trace(given, None)
        parent = _PROPAGATOR.extract({name.decode(): value.decode("latin-1") for name, value in given})
        span = self._tracer.start_span(f"POST {path}", parent, SpanKind.SERVER)
        carrier: dict[str, str] = {}
        _PROPAGATOR.inject(carrier, set_span_in_context(span))
        return Trace(tuple((name.encode(), value.encode("latin-1")) for name, value in carrier.items()), span)
