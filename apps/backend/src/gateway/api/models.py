"""OpenAI's models API."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request

from gateway.api import fields
from gateway.api.access import InferencePrincipal
from gateway.api.fields import ListObject, ModelName
from gateway.contracts import ModelCatalogue, Principal
from gateway.storage.rows import NotFoundError


class ModelAnswer(fields.Answer):
    id: str
    object: Literal["model"] = "model"
    #: Seconds since the epoch; models carry no date here.
    created: int = 0
    owned_by: str = "platform"


class ModelList(fields.Answer):
    object: ListObject = "list"
    data: list[ModelAnswer]


def _catalogue(request: Request) -> ModelCatalogue:
    catalogue: ModelCatalogue = request.app.state.catalogue
    return catalogue


CatalogueDependency = Annotated[ModelCatalogue, Depends(_catalogue)]
router = APIRouter(prefix="/v1/models", tags=["models"])


@router.get("")
async def list_models(principal: InferencePrincipal, catalogue: CatalogueDependency) -> ModelList:
    """The models that the key may use, whether an engine runs at the moment or not."""
    return ModelList(data=[ModelAnswer(id=model) for model in _visible(principal, catalogue)])


@router.get("/{model:path}")
async def get_model(model: ModelName, principal: InferencePrincipal, catalogue: CatalogueDependency) -> ModelAnswer:
    if model not in _visible(principal, catalogue):
        raise NotFoundError(f"The model {model!r} does not exist or you do not have access to it.")
    return ModelAnswer(id=model)


def _visible(principal: Principal, catalogue: ModelCatalogue) -> list[str]:
    return [model for model in catalogue.models() if principal.models is None or model in principal.models]
