"""The `pydantic-ai` package: the same agents over the four APIs that it has models for."""

import base64

import walk
from anthropic import AsyncAnthropic
from openai import AsyncOpenAI
from pydantic import BaseModel
from pydantic_ai import Agent, BinaryContent, NativeOutput
from pydantic_ai.messages import ModelResponse, ThinkingPart
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.google import GoogleModel
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.profiles.anthropic import AnthropicModelProfile
from pydantic_ai.profiles.openai import OpenAIModelProfile
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.google import GoogleProvider
from pydantic_ai.providers.openai import OpenAIProvider
from walk import PNG, WORDS_ASKED, called, case, heard

# What a model can do this package knows only of the names of vendors.
REASONS = OpenAIModelProfile(openai_supports_encrypted_reasoning_content=True, supports_thinking=True)
FILLS = AnthropicModelProfile(supports_json_schema_output=True)
OPENAI = OpenAIProvider(openai_client=AsyncOpenAI(max_retries=0))
ANTHROPIC = AnthropicProvider(anthropic_client=AsyncAnthropic(max_retries=0))
GOOGLE = GoogleProvider()
MODELS = {
    "chat": lambda name: OpenAIChatModel(name, provider=OPENAI),
    "responses": lambda name: OpenAIResponsesModel(name, provider=OPENAI, profile=REASONS),
    "messages": lambda name: AnthropicModel(name, provider=ANTHROPIC, profile=FILLS),
    "contents": lambda name: GoogleModel(name, provider=GOOGLE),
}
THINKING = {
    "responses": {"openai_reasoning_effort": "medium", "openai_reasoning_summary": "auto"},
    "messages": {"anthropic_thinking": {"type": "enabled", "budget_tokens": 2000}, "max_tokens": 4000},
    "contents": {"google_thinking_config": {"thinking_budget": 2000, "include_thoughts": True}},
}


class Place(BaseModel):
    city: str
    people: int


def look(at: str) -> str:
    """Looks at a place."""
    return called("look", {"at": at})


def now() -> str:
    """Tells the time."""
    return called("now", {})


def tokens_of(usage):
    return (usage.input_tokens, usage.output_tokens, usage.cache_read_tokens)


async def streamed(agent):
    """An answer in words would end the stream of `run_stream` before its tools are called, so the whole run is followed."""
    async with agent.iter(WORDS_ASKED) as run:
        async for node in run:
            if Agent.is_model_request_node(node):
                async with node.stream(run.ctx) as stream:
                    async for _ in stream:
                        pass
    return run.result


def of_thinker(result):
    said = [part for message in result.all_messages() if isinstance(message, ModelResponse) for part in message.parts]
    return {"thought": "".join(part.content for part in said if isinstance(part, ThinkingPart)), **heard(result.output)}


def add_cases(api, make):
    async def run(name):
        result = await Agent(make(name)).run(WORDS_ASKED)
        return heard(result.output, result.response.finish_reason, tokens_of(result.response.usage))

    async def as_stream(name):
        async with Agent(make(name)).run_stream(WORDS_ASKED) as result:
            words = [word async for word in result.stream_text(delta=True, debounce_by=None)]
            return heard("".join(words), result.response.finish_reason, tokens_of(result.response.usage))

    async def tools(name):
        return heard((await Agent(make(name), tools=[look, now]).run(WORDS_ASKED)).output)

    async def tools_as_stream(name):
        return heard((await streamed(Agent(make(name), tools=[look, now]))).output)

    async def fill(name):
        return (await Agent(make(name), output_type=Place).run(WORDS_ASKED)).output.model_dump()

    async def fill_natively(name):
        return (await Agent(make(name), output_type=NativeOutput(Place)).run(WORDS_ASKED)).output.model_dump()

    async def picture(name):
        """A name with `image` in it would be taken for a model that makes such."""
        content = BinaryContent(base64.b64decode(PNG), media_type="image/png")
        return heard((await Agent(make(name)).run([WORDS_ASKED, content])).output)

    async def thoughts(name):
        return of_thinker(await Agent(make(name), tools=[look], model_settings=THINKING[api]).run(WORDS_ASKED))

    async def thoughts_as_stream(name):
        return of_thinker(await streamed(Agent(make(name), tools=[look], model_settings=THINKING[api])))

    async def breaks(name):
        words = []
        try:
            async with Agent(make(name)).run_stream(WORDS_ASKED) as result:
                async for word in result.stream_text(delta=True, debounce_by=None):
                    words.append(word)
        except Exception as error:
            return {"text": "".join(words), "raised": walk.raised(error)}

    case(run, api)
    for function in (as_stream, tools, tools_as_stream, fill, fill_natively, picture, breaks):
        case(function, f"{api}_{function.__name__}")
    case(breaks, f"{api}_hangs_up")
    if api in THINKING:
        case(thoughts, f"{api}_thoughts")
        case(thoughts_as_stream, f"{api}_thoughts_as_stream")
    for status in (400, 401, 429):
        case(run, f"{api}_refused_{status}")


for api, make in MODELS.items():
    add_cases(api, make)

walk.main()
