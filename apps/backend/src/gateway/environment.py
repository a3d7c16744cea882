"""Reads groups of environment variables and gathers every mistake in them."""

import os
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import AfterValidator, DirectoryPath, Field, ValidationError
from pydantic_settings import BaseSettings


def _writable(folder: Path) -> Path:
    if not folder.is_absolute() or not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise ValueError("name the absolute path of a directory that this process may read and write")
    return folder


Port = Annotated[int, Field(ge=1, le=65535)]
WritableDirectory = Annotated[DirectoryPath, AfterValidator(_writable)]

_Group = TypeVar("_Group", bound=BaseSettings)


class EnvironmentReader:
    """What `read` returned may be used only while `problems` is empty."""

    def __init__(self) -> None:
        #: One line for each mistake so far: the variable, its value and what is allowed.
        self.problems: list[str] = []

    def read(self, group: type[_Group], prefix: str) -> _Group:
        """The variables of a group, whose names begin with `prefix`."""
        try:
            return group(_env_prefix=prefix)
        except ValidationError as error:
            for detail in error.errors():
                name = prefix + "_".join(str(part) for part in detail["loc"]).upper()
                given = f"is {os.environ[name]!r}" if name in os.environ else "is not set"
                self.problems.append(f"{name} {given}: {detail['msg']}")
            return group.model_construct()

    def read_closed(self, group: type[_Group], prefix: str) -> _Group:
        """Like `read`; variables with this prefix that are none of the group's are mistakes."""
        known = {f"{prefix}{field.upper()}" for field in group.model_fields}
        unknown = sorted(name for name in os.environ if name.startswith(prefix) and name not in known)
        allowed = ", ".join(sorted(known))
        self.problems += [f"{name} is not a setting; the settings are {allowed}" for name in unknown]
        return self.read(group, prefix)
