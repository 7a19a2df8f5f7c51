"""The `anthropic` package: messages, its stream helper and tool runner, counts of tokens, lists of models."""

import walk
from anthropic import Anthropic, AsyncAnthropic, beta_tool
from pydantic import BaseModel
from walk import LOOK_SCHEMA, NO_PARAMETERS, PNG, WORDS_ASKED, called, case, heard

client = Anthropic(max_retries=0)
async_client = AsyncAnthropic(max_retries=0)

HELLO = [{"role": "user", "content": WORDS_ASKED}]
TOOLS = [{"name": "look", "input_schema": LOOK_SCHEMA}, {"name": "now", "input_schema": NO_PARAMETERS}]
MOST = {"max_tokens": 4000}


class Place(BaseModel):
    city: str
    people: int


def text_of(message):
    return "".join(block.text for block in message.content if block.type == "text")


def of_message(message):
    usage = message.usage
    cached = usage.cache_read_input_tokens or 0
    tokens = (usage.input_tokens + cached + (usage.cache_creation_input_tokens or 0), usage.output_tokens, cached)
    calls = [(block.id, block.name, block.input) for block in message.content if block.type == "tool_use"]
    return heard(text_of(message), message.stop_reason, tokens, calls)


def streamed(**ask):
    with client.messages.stream(**ask) as stream:
        for _ in stream.text_stream:
            pass
        return stream.get_final_message()


@case
def message(model):
    return of_message(client.messages.create(model=model, messages=HELLO, **MOST))


@case
def message_as_stream(model):
    return of_message(streamed(model=model, messages=HELLO, **MOST))


@case
def message_call(model):
    return of_message(client.messages.create(model=model, messages=HELLO, tools=TOOLS[:1], **MOST))


@case
def message_call_as_stream(model):
    return of_message(streamed(model=model, messages=HELLO, tools=TOOLS[:1], **MOST))


@case
async def message_async(model):
    return of_message(await async_client.messages.create(model=model, messages=HELLO, **MOST))


@case
async def message_async_as_stream(model):
    async with async_client.messages.stream(model=model, messages=HELLO, **MOST) as stream:
        return heard("".join([text async for text in stream.text_stream]))


def loop(ask, first):
    """Answers the calls of the first message, and asks again."""
    results = [
        {"type": "tool_result", "tool_use_id": block.id, "content": called(block.name, block.input)}
        for block in first.content
        if block.type == "tool_use"
    ]
    turns = [*HELLO, {"role": "assistant", "content": first.content}, {"role": "user", "content": results}]
    return heard(text_of(client.messages.create(**ask, messages=turns)))


@case
def tools(model):
    ask = {"model": model, "tools": TOOLS, **MOST}
    return loop(ask, client.messages.create(**ask, messages=HELLO))


@case
def tools_as_stream(model):
    ask = {"model": model, "tools": TOOLS, **MOST}
    return loop(ask, streamed(**ask, messages=HELLO))


@beta_tool
def look(at: str) -> str:
    """Looks at a place."""
    return called("look", {"at": at})


@beta_tool
def now() -> str:
    """Tells the time."""
    return called("now", {})


@case
def tool_runner(model):
    runner = client.beta.messages.tool_runner(model=model, messages=HELLO, tools=[look, now], **MOST)
    return heard(text_of(runner.until_done()))


def thinking(model):
    return {"model": model, "tools": TOOLS[:1], "thinking": {"type": "enabled", "budget_tokens": 2000}, **MOST}


def thought_of(message):
    return "".join(block.thinking for block in message.content if block.type == "thinking")


@case
def thoughts(model):
    first = client.messages.create(**thinking(model), messages=HELLO)
    return {"thought": thought_of(first), **loop(thinking(model), first)}


@case
def thoughts_as_stream(model):
    first = streamed(**thinking(model), messages=HELLO)
    return {"thought": thought_of(first), **loop(thinking(model), first)}


@case
def parse(model):
    return client.messages.parse(model=model, messages=HELLO, output_format=Place, **MOST).parsed_output.model_dump()


@case
def image(model):
    source = {"type": "base64", "media_type": "image/png", "data": PNG}
    content = [{"type": "image", "source": source}, {"type": "text", "text": WORDS_ASKED}]
    return of_message(client.messages.create(model=model, messages=[{"role": "user", "content": content}], **MOST))


@case
def count(model):
    return client.messages.count_tokens(model=model, messages=HELLO, tools=TOOLS).input_tokens


for status in (400, 401, 403, 404, 429, 500, 529):
    case(message, f"refused_{status}")


@case
def breaks(model):
    words = []
    try:
        with client.messages.stream(model=model, messages=HELLO, **MOST) as stream:
            for text in stream.text_stream:
                words.append(text)
    except Exception as error:
        return {"text": "".join(words), "raised": walk.raised(error)}


case(breaks, "hangs_up")


@case
def models(_):
    return [{"id": model.id, "type": model.type} for model in client.models.list()]


@case
def one_model(model):
    return client.models.retrieve(model).id


@case
def unknown_model(_):
    client.messages.create(model="no-such-model", messages=HELLO, **MOST)


@case
def wrong_key(model):
    Anthropic(max_retries=0, api_key="fbk_wrong").messages.create(model=model, messages=HELLO, **MOST)


@case
def bearer(model):
    """Some applications send their key as a token."""
    by_token = Anthropic(max_retries=0, api_key=None, auth_token=client.api_key)
    return of_message(by_token.messages.create(model=model, messages=HELLO, **MOST))


walk.main()
