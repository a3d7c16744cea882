"""The environment: what is missing or wrong is named, all of it at once."""

from pathlib import Path

import pytest

from gateway.settings import ConfigurationError, Settings


@pytest.fixture
def complete(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An environment that is accepted; the path is its only secret."""
    secret = tmp_path / "secret"
    secret.write_text("s3cret\n")
    for name, value in {
        "POSTGRES_HOST": "db.example",
        "POSTGRES_PORT": "5432",
        "POSTGRES_DATABASE": "gateway",
        "POSTGRES_USERNAME_FILE": str(secret),
        "POSTGRES_PASSWORD_FILE": str(secret),
        "CACHE_HOST": "cache",
        "CACHE_PORT": "6379",
        "QUEUE_HOST": "queue",
        "QUEUE_PORT": "6379",
        "GATEWAY_PEPPER_FILE": str(secret),
        "ENGINE_LLAMA_3_1_HOST": "engine-llama",
        "ENGINE_LLAMA_3_1_MODEL": "llama-3.1",
        "ENGINE_BGE_HOST": "engine-bge",
        "ENGINE_BGE_PORT": "9000",
        "ENGINE_BGE_MODEL": "bge",
    }.items():
        monkeypatch.setenv(name, value)
    return secret


@pytest.mark.usefixtures("complete")
def test_each_engine_variable_group_is_one_engine() -> None:
    engines = {engine.model: (engine.host, engine.port) for engine in Settings().engines}
    assert engines == {"llama-3.1": ("engine-llama", 8000), "bge": ("engine-bge", 9000)}


@pytest.mark.usefixtures("complete")
def test_the_database_address_is_assembled_from_its_parts() -> None:
    url = Settings().postgres.url
    assert url.render_as_string(hide_password=False) == "postgresql+asyncpg://s3cret:s3cret@db.example:5432/gateway"


@pytest.mark.usefixtures("complete")
def test_every_mistake_is_reported_in_one_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTGRES_PORT", "70000")
    monkeypatch.delenv("CACHE_HOST")
    monkeypatch.setenv("GATEWAY_LIMITS_WITHOUT_REDIS", "allow")
    monkeypatch.setenv("GATEWAY_PEPPER_FLIE", "/x")
    with pytest.raises(ConfigurationError) as raised:
        Settings()
    lines = str(raised.value).splitlines()
    assert any("POSTGRES_PORT is '70000'" in line and "65535" in line for line in lines)
    assert any("CACHE_HOST is not set" in line for line in lines)
    assert any("GATEWAY_LIMITS_WITHOUT_REDIS is 'allow'" in line and "'deny' or 'local'" in line for line in lines)
    assert any("GATEWAY_PEPPER_FLIE is not a setting" in line and "GATEWAY_PEPPER_FILE" in line for line in lines)


@pytest.mark.usefixtures("complete")
@pytest.mark.parametrize(("given", "value"), [("CACHE_SENTINEL_PORT", "26379"), ("CACHE_SENTINEL_MASTER", "main")])
def test_one_half_of_the_sentinel_settings_is_refused(monkeypatch: pytest.MonkeyPatch, given: str, value: str) -> None:
    monkeypatch.setenv(given, value)
    with pytest.raises(ConfigurationError, match=r"CACHE_SENTINEL_MASTER is .*both SENTINEL_PORT and SENTINEL_MASTER"):
        Settings()


@pytest.mark.usefixtures("complete")
def test_each_redis_may_have_sentinel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUEUE_SENTINEL_PORT", "26379")
    monkeypatch.setenv("QUEUE_SENTINEL_MASTER", "main")
    settings = Settings()
    assert (settings.cache.sentinel, settings.queue.sentinel) == (None, (26379, "main"))


@pytest.mark.usefixtures("complete")
def test_without_endpoint_slices_no_api_server_is_needed() -> None:
    assert Settings().kubernetes is None


@pytest.fixture
def slices(complete: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment for EndpointSlices that is accepted."""
    for name, value in {
        "GATEWAY_ENGINE_DISCOVERY": "endpointslices",
        "ENGINE_LLAMA_3_1_HOST": "engine-llama.models.svc.cluster.local",
        "ENGINE_BGE_HOST": "engine-bge.models.svc",
        "KUBERNETES_SERVICE_HOST": "fd00::1",
        "KUBERNETES_SERVICE_PORT": "443",
        "KUBERNETES_SERVICE_TOKEN_FILE": str(complete),
        "KUBERNETES_SERVICE_CA_FILE": str(complete),
    }.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("slices")
def test_endpoint_slices_are_read_from_the_api_server_that_kubernetes_names() -> None:
    kubernetes = Settings().kubernetes
    assert kubernetes is not None
    assert kubernetes.url == "https://[fd00::1]:443"


@pytest.mark.usefixtures("slices")
@pytest.mark.parametrize("host", ["engine-bge", "engine-bge.models", "10.0.0.1", "engine-bge.models.svc.", "a.b.c.svc"])
def test_with_endpoint_slices_a_host_that_is_no_service_is_refused(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("ENGINE_BGE_HOST", host)
    with pytest.raises(ConfigurationError) as raised:
        Settings()
    message = str(raised.value)
    assert f"ENGINE_BGE_HOST is {host!r}" in message
    assert "<service>.<namespace>.svc" in message
    assert "GATEWAY_ENGINE_DISCOVERY=dns" in message
    assert "ENGINE_LLAMA" not in message


@pytest.mark.usefixtures("slices")
def test_with_endpoint_slices_a_token_is_needed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KUBERNETES_SERVICE_TOKEN_FILE", str(tmp_path / "missing"))
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST")
    with pytest.raises(ConfigurationError) as raised:
        Settings()
    assert f"{tmp_path}/missing is not a file; mount the service account's token" in str(raised.value)
    assert "KUBERNETES_SERVICE_HOST is not set" in str(raised.value)


def test_an_empty_secret_is_refused_with_its_path(complete: Path) -> None:
    complete.write_text(" \n")
    with pytest.raises(ConfigurationError, match=f"{complete} is empty"):
        _ = Settings().postgres.url


@pytest.mark.usefixtures("complete")
@pytest.mark.parametrize("given", ["", "relative", "/nowhere/usage", "/dev/null"])
def test_a_journal_that_no_record_can_be_written_to_is_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("GATEWAY_USAGE_JOURNAL", given)
    with pytest.raises(ConfigurationError, match=rf"GATEWAY_USAGE_JOURNAL is '{given}'.*director"):
        Settings()


@pytest.mark.usefixtures("complete")
def test_a_journal_is_a_directory_and_none_by_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert Settings().gateway.usage_journal is None
    monkeypatch.setenv("GATEWAY_USAGE_JOURNAL", str(tmp_path))
    assert Settings().gateway.usage_journal == tmp_path


@pytest.mark.usefixtures("complete")
@pytest.mark.parametrize(
    ("one", "room", "least"),
    [
        ("GATEWAY_BODY_MAX_BYTES", "GATEWAY_BODIES_MAX_BYTES", 200_000_000),
        ("GATEWAY_FILE_MAX_BYTES", "GATEWAY_UPLOADS_MAX_BYTES", 200_065_536),
    ],
)
def test_there_is_room_for_one_of_what_is_allowed(
    monkeypatch: pytest.MonkeyPatch, one: str, room: str, least: int
) -> None:
    monkeypatch.setenv(one, "200000000")
    with pytest.raises(ConfigurationError, match=f"{room} is not set: .*{one}.*"):
        Settings()
    monkeypatch.setenv(room, str(least))
    Settings()
    monkeypatch.setenv(room, str(least - 1))
    with pytest.raises(ConfigurationError, match=room):
        Settings()
