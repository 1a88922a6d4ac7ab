"""The one adapter to models over HTTP: pydantic-ai, for OpenAI's protocol and Anthropic's."""

from __future__ import annotations

import asyncio
import json
import re
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from passdown.domain.errors import Unavailable, Unreadable
from passdown.engines.choice import choices
from passdown.engines.port import Answer, Failure
from passdown.engines.price import Used, cost, most

if TYPE_CHECKING:
    from collections.abc import Mapping

    from httpx2 import AsyncClient, Request
    from pydantic_ai import Agent
    from pydantic_ai.models import Model
    from pydantic_ai.usage import RunUsage

    from passdown.domain.errors import PassdownError
    from passdown.domain.settings import Settings
    from passdown.engines.choice import Choice

CORRECTIONS = 1
"""How often a model is told that its answer has not the asked shape."""
SENT = re.compile(
    r"(?:accept|content|anthropic|openai|x-stainless)-.*"
    r"|accept|authorization|connection|host|user-agent|x-api-key"
)
"""The headers of a request; the libraries add what stands for them in the environment."""
KEPT_WAITING = (408, 504, 524, 529)
"""Statuses of a request that may have been worked on all the same."""


@dataclass(frozen=True)
class Models:
    """The models these settings name; nothing of them is loaded before one is asked."""

    settings: Settings
    keys: Mapping[str, str]

    @property
    def name(self) -> str:
        """As it was configured."""
        return self.settings.text("engine.model")

    @cached_property
    def every(self) -> tuple[Choice, ...]:
        """The first one, then those asked when it cannot be reached."""
        return choices(self.settings, self.keys)

    def check(self) -> None:
        """Unavailable when the extra, a key or a price is missing; Invalid for a bad setting."""
        every = self.every
        if find_spec("pydantic_ai") is None or find_spec("genai_prices") is None:
            raise Unavailable(
                "what talks to models is not installed",
                where="engine.model",
                next="pip install 'passdown[llm]'",
            )
        most(every, "", "", 1, 1)

    def most(self, prompt: str, *, schema: dict[str, Any], max_tokens: int) -> int:
        """What one question may cost at the most, in micro-USD; Unavailable when that is
        unknown."""
        self.check()
        return most(self.every, prompt, json.dumps(schema), max_tokens, 1 + CORRECTIONS)

    def ask(self, prompt: str, *, schema: dict[str, Any], max_tokens: int) -> Answer | Failure:
        """One structured answer, retries and all."""
        from pydantic_ai.usage import RunUsage

        usage = RunUsage()
        try:
            return asyncio.run(self._asked(prompt, schema, max_tokens, usage))
        except Exception as error:
            return self._failed(error, usage)

    async def _asked(
        self, prompt: str, schema: dict[str, Any], max_tokens: int, usage: RunUsage
    ) -> Answer:
        from httpx2 import AsyncClient
        from pydantic_ai.settings import ModelSettings

        seconds = self.settings.number("engine.timeout")
        asked = ModelSettings(max_tokens=max_tokens, request_timeout=seconds)
        # A key goes to the address it is for, and nowhere that address points on to.
        hooks = {"request": [_bare]}
        async with AsyncClient(
            timeout=seconds, follow_redirects=False, event_hooks=hooks
        ) as client:
            agent = _agent(self._model(client), schema)
            done = await agent.run(prompt, model_settings=asked, usage=usage)
        model = done.response.model_name or self.every[0].model
        spent = self._cost(usage, model)
        return Answer(done.output, model, usage.input_tokens, usage.output_tokens, spent)

    def _model(self, client: AsyncClient) -> Model:
        from pydantic_ai.models.fallback import FallbackModel

        retries = self.settings.whole("engine.retries")
        first, *others = (_model(choice, client, retries) for choice in self.every)
        return FallbackModel(first, *others) if others else first

    def _cost(self, usage: RunUsage, model: str = "") -> int | None:
        """Of the model that answered; of the dearest one where that cannot be told."""
        used = Used(
            usage.input_tokens,
            usage.output_tokens,
            usage.cache_read_tokens,
            usage.cache_write_tokens,
        )
        same = [choice for choice in self.every if model.startswith(choice.model)]
        costs = [cost(choice, used) for choice in same or self.every]
        known = [one for one in costs if one is not None]
        return max(known) if len(known) == len(costs) else None

    def _failed(self, error: Exception, usage: RunUsage) -> Failure:
        from pydantic_ai.exceptions import FallbackExceptionGroup

        every = error.exceptions if isinstance(error, FallbackExceptionGroup) else (error,)
        told = _told(every[-1], self.every[-1])
        if usage.input_tokens:
            return Failure(told, self._cost(usage))
        return Failure(told, 0 if all(map(_is_free, every)) else None)


async def _bare(request: Request) -> None:
    """Take out of a request what a library took from the environment by itself."""
    for name in [name for name in request.headers if not SENT.fullmatch(name.lower())]:
        del request.headers[name]


def _agent(model: Model, schema: dict[str, Any]) -> Agent[None, dict[str, Any]]:
    """Who asks for this shape, and insists on it."""
    from jsonschema import Draft202012Validator
    from pydantic_ai import Agent, ModelRetry, StructuredDict

    shape = Draft202012Validator(schema)
    # A copy: it writes into what it is given, and a question is known by its schema, too.
    output = StructuredDict(deepcopy(schema), name="answer")
    agent = Agent(model, output_type=output, retries=CORRECTIONS)

    @agent.output_validator
    def fits(value: dict[str, Any]) -> dict[str, Any]:
        wrong = next(shape.iter_errors(value), None)
        if wrong is not None:
            place = "/".join(map(str, wrong.absolute_path))
            raise ModelRetry(f"{place or 'answer'}: {wrong.message[:200]}")
        return value

    return agent


def _model(choice: Choice, client: AsyncClient, retries: int) -> Model:
    key = choice.key or "none"
    if choice.provider == "anthropic":
        from anthropic import AsyncAnthropic
        from pydantic_ai.models.anthropic import AnthropicModel
        from pydantic_ai.providers.anthropic import AnthropicProvider

        claude = AsyncAnthropic(
            api_key=key, base_url=choice.url, max_retries=retries, http_client=client
        )
        return AnthropicModel(choice.model, provider=AnthropicProvider(anthropic_client=claude))
    from openai import AsyncOpenAI
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.ollama import OllamaProvider
    from pydantic_ai.providers.openai import OpenAIProvider

    served = AsyncOpenAI(api_key=key, base_url=choice.url, max_retries=retries, http_client=client)
    provider = OllamaProvider if choice.provider == "ollama" else OpenAIProvider
    return OpenAIChatModel(choice.model, provider=provider(openai_client=served))


def _is_free(error: Exception) -> bool:
    """Whether nothing was worked on: the request was refused, or arrived nowhere."""
    from pydantic_ai.exceptions import (
        ModelConnectionError,
        ModelHTTPError,
        ModelRequestTimeout,
        ModelTimeoutError,
    )

    if isinstance(error, ModelHTTPError):
        return error.status_code not in KEPT_WAITING
    timed_out = isinstance(error, ModelTimeoutError | ModelRequestTimeout)
    return isinstance(error, ModelConnectionError) and not timed_out


def _told(error: Exception, choice: Choice) -> PassdownError:
    """What happened, without the texts that were sent or came back."""
    from pydantic_ai import exceptions as known

    where = f"{choice.provider}:{choice.model}"
    match error:
        case known.ModelHTTPError():
            return _answered(error.status_code, where)
        case known.ModelTimeoutError() | known.ModelRequestTimeout() | TimeoutError():
            next_step = "Try again later, or set engine.timeout higher."
            return Unavailable("the engine did not answer in time", where=where, next=next_step)
        case known.ModelAPIError():
            next_step = "See that it runs, and that its address is right."
            return Unavailable("the engine cannot be reached", where=where, next=next_step)
        case known.ContentFilterError():
            return Unreadable("the engine refused to answer", where=where)
        case known.AgentRunError():
            what = "the engine's answer has not the asked shape"
            return Unreadable(what, where=where, next="Ask a larger model.")
        case _:
            return Unavailable(f"asking the engine failed: {type(error).__name__}", where=where)


def _answered(status: int, where: str) -> PassdownError:
    told = {
        401: ("the engine refuses the key", "Check the key in the environment."),
        403: ("the engine refuses the key", "Check the key in the environment."),
        404: ("the engine knows no such model", "Check its name."),
    }
    what, next_step = told.get(
        status, (f"the engine answers with status {status}", "Try again later.")
    )
    return Unavailable(what, where=where, next=next_step)
