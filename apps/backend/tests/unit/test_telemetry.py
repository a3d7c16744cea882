"""Logs."""

import logging

import orjson

from gateway.telemetry import JsonFormatter, request_id


def _line(record: logging.LogRecord) -> dict[str, object]:
    line: dict[str, object] = orjson.loads(JsonFormatter().format(record))
    return line


def test_c177_a_log_line_is_json_with_the_id_of_the_request_and_extra_fields() -> None:
    record = logging.makeLogRecord(
        {"name": "gateway.x", "levelname": "INFO", "msg": "%d done", "args": (3,), "model": "m"}
    )
    token = request_id.set("req_1")
    try:
        line = _line(record)
    finally:
        request_id.reset(token)
    assert (line["message"], line["level"], line["logger"]) == ("3 done", "INFO", "gateway.x")
    assert (line["request_id"], line["model"]) == ("req_1", "m")


def test_a_line_break_in_a_message_does_not_break_the_line() -> None:
    formatted = JsonFormatter().format(logging.makeLogRecord({"msg": 'a\n"b"'}))
    assert "\n" not in formatted
    assert orjson.loads(formatted)["message"] == 'a\n"b"'
