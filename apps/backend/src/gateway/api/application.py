"""The FastAPI application of the control surface."""

from fastapi import FastAPI

from gateway.api import batches, failures, files, keys, models, tenants, usage
from gateway.api.fields import ErrorAnswer
from gateway.api.intake import Intake
from gateway.contracts import ModelCatalogue
from gateway.control import ControlPlane


def create_api(control: ControlPlane, catalogue: ModelCatalogue) -> FastAPI:
    """Routes under /v1/models, /v1/files, /v1/batches, /v1/usage and /admin/v1, described at /openapi.json."""
    app = FastAPI(
        title="Gateway",
        summary="OpenAI-compatible gateway in front of vLLM engines: models, files, batches, usage, administration.",
        version="1",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses={status: {"model": ErrorAnswer, "description": "Error"} for status in ("4XX", "5XX")},
    )
    failures.install(app)
    app.add_middleware(
        Intake,
        authenticator=control.authenticator,
        files=control.files,
        bodies=control.bodies,
        uploads=control.uploads,
    )
    for module in (models, files, batches, usage, tenants, keys):
        app.include_router(module.router)
    app.state.authenticator = control.authenticator
    app.state.tenancy = control.tenancy
    app.state.issuer = control.issuer
    app.state.reports = control.reports
    app.state.files = control.files
    app.state.batches = control.batches
    app.state.jobs = control.jobs
    app.state.catalogue = catalogue
    return app
