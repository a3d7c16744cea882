"""Tells every replica when a key or tenant changed, over Redis pub/sub."""

import asyncio
import logging
from typing import Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

from gateway.identity.authenticator import CachingAuthenticator

_LOG = logging.getLogger(__name__)

_CHANNEL: Final = "gateway:identity"
_RETRY_SECONDS: Final = 0.5


async def publish_change(redis: Redis, identifier: str) -> None:
    """Tell the replicas that the tenant or key with this id changed.

    When Redis is away they find out by themselves once their cached answer is no longer fresh.
    """
    try:
        await redis.publish(_CHANNEL, identifier)
    except (RedisError, OSError) as error:
        _LOG.warning("replicas were not told that %s changed; they will see it late: %s", identifier, error)


async def listen_for_changes(redis: Redis, authenticator: CachingAuthenticator) -> None:
    """Pass notices on for as long as the task lives. Notices sent during an interruption count as missed."""
    while True:
        try:
            async with redis.pubsub() as subscription:
                await subscription.subscribe(_CHANNEL)
                authenticator.doubt_everything()
                async for message in subscription.listen():
                    if message["type"] == "message":
                        authenticator.forget(message["data"].decode())
        except (RedisError, OSError) as error:
            _LOG.warning("notices about changed keys are interrupted: %s", error)
        await asyncio.sleep(_RETRY_SECONDS)
