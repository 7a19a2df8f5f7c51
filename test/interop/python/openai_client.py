"""The `openai` package: chat completions, responses, embeddings, lists of models."""

import json

import walk
from openai import AsyncOpenAI, OpenAI
from pydantic import BaseModel
from walk import LOOK_SCHEMA, NO_PARAMETERS, PNG, WORDS_ASKED, called, case, heard

client = OpenAI(max_retries=0)
async_client = AsyncOpenAI(max_retries=0)

HELLO = [{"role": "user", "content": WORDS_ASKED}]
LOOK = {"name": "look", "parameters": LOOK_SCHEMA}
NOW = {"name": "now", "parameters": NO_PARAMETERS}
CHAT_TOOLS = [{"type": "function", "function": tool} for tool in (LOOK, NOW)]
RESPONSES_TOOLS = [{"type": "function", "strict": False, **tool} for tool in (LOOK, NOW)]


class Place(BaseModel):
    city: str
    people: int


def of_chat(answer):
    [choice] = answer.choices
    usage = answer.usage
    calls = [(call.id, call.function.name, json.loads(call.function.arguments)) for call in choice.message.tool_calls or []]
    tokens = (usage.prompt_tokens, usage.completion_tokens, usage.prompt_tokens_details.cached_tokens)
    return heard(choice.message.content, choice.finish_reason, tokens, calls)


def of_response(answer):
    usage = answer.usage
    calls = [(item.call_id, item.name, json.loads(item.arguments)) for item in answer.output if item.type == "function_call"]
    tokens = (usage.input_tokens, usage.output_tokens, usage.input_tokens_details.cached_tokens)
    return heard(answer.output_text, answer.status, tokens, calls)


def streamed_chat(**ask):
    with client.chat.completions.stream(stream_options={"include_usage": True}, **ask) as stream:
        for _ in stream:
            pass
        return stream.get_final_completion()


def streamed_response(**ask):
    with client.responses.stream(**ask) as stream:
        for _ in stream:
            pass
        return stream.get_final_response()


@case
def chat(model):
    return of_chat(client.chat.completions.create(model=model, messages=HELLO))


@case
def chat_as_stream(model):
    return of_chat(streamed_chat(model=model, messages=HELLO))


@case
def chat_call(model):
    return of_chat(client.chat.completions.create(model=model, messages=HELLO, tools=CHAT_TOOLS[:1]))


@case
def chat_call_as_stream(model):
    return of_chat(streamed_chat(model=model, messages=HELLO, tools=CHAT_TOOLS[:1]))


@case
async def chat_async(model):
    return of_chat(await async_client.chat.completions.create(model=model, messages=HELLO))


@case
async def chat_async_as_stream(model):
    words = []
    ask = {"model": model, "messages": HELLO, "stream": True}
    async for chunk in await async_client.chat.completions.create(**ask):
        words += [choice.delta.content or "" for choice in chunk.choices]
    return heard("".join(words))


def chat_loop(ask, messages, first):
    """Answers the calls of the first answer, and asks again."""
    message = first.choices[0].message
    results = [
        {"role": "tool", "tool_call_id": call.id, "content": called(call.function.name, json.loads(call.function.arguments))}
        for call in message.tool_calls
    ]
    again = client.chat.completions.create(**ask, messages=[*messages, message.model_dump(exclude_none=True), *results])
    return heard(again.choices[0].message.content)


@case
def chat_tools(model):
    ask = {"model": model, "tools": CHAT_TOOLS}
    return chat_loop(ask, HELLO, client.chat.completions.create(**ask, messages=HELLO))


@case
def chat_tools_as_stream(model):
    ask = {"model": model, "tools": CHAT_TOOLS}
    return chat_loop(ask, HELLO, streamed_chat(**ask, messages=HELLO))


@case
def chat_thoughts(model):
    ask = {"model": model, "tools": CHAT_TOOLS[:1], "reasoning_effort": "medium"}
    first = client.chat.completions.create(**ask, messages=HELLO)
    return {"thought": getattr(first.choices[0].message, "reasoning_content", None), **chat_loop(ask, HELLO, first)}


@case
def chat_parse(model):
    answer = client.chat.completions.parse(model=model, messages=HELLO, response_format=Place)
    return answer.choices[0].message.parsed.model_dump()


@case
def chat_image(model):
    image = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}}
    content = [{"type": "text", "text": WORDS_ASKED}, image]
    return of_chat(client.chat.completions.create(model=model, messages=[{"role": "user", "content": content}]))


@case
def responses(model):
    return of_response(client.responses.create(model=model, input=WORDS_ASKED))


@case
def responses_as_stream(model):
    return of_response(streamed_response(model=model, input=WORDS_ASKED))


@case
def responses_call(model):
    return of_response(client.responses.create(model=model, input=WORDS_ASKED, tools=RESPONSES_TOOLS[:1]))


@case
def responses_call_as_stream(model):
    return of_response(streamed_response(model=model, input=WORDS_ASKED, tools=RESPONSES_TOOLS[:1]))


def responses_loop(ask, first):
    results = [
        {"type": "function_call_output", "call_id": item.call_id, "output": called(item.name, json.loads(item.arguments))}
        for item in first.output
        if item.type == "function_call"
    ]
    items = [item.model_dump(exclude_none=True) for item in first.output]
    return heard(client.responses.create(**ask, input=[*HELLO, *items, *results]).output_text)


@case
def responses_tools(model):
    ask = {"model": model, "tools": RESPONSES_TOOLS}
    return responses_loop(ask, client.responses.create(**ask, input=HELLO))


@case
def responses_thoughts(model):
    ask = {
        "model": model,
        "tools": RESPONSES_TOOLS[:1],
        "reasoning": {"effort": "medium", "summary": "auto"},
        "include": ["reasoning.encrypted_content"],
        "store": False,
    }
    first = streamed_response(**ask, input=HELLO)
    thoughts = [summary.text for item in first.output if item.type == "reasoning" for summary in item.summary]
    return {"thought": "".join(thoughts), **responses_loop(ask, first)}


@case
def responses_parse(model):
    return client.responses.parse(model=model, input=WORDS_ASKED, text_format=Place).output_parsed.model_dump()


@case
def embed(model):
    """Without a form this SDK asks for base64 and decodes it."""
    answer = client.embeddings.create(model=model, input=["one", "two"])
    return {"vectors": [item.embedding for item in answer.data], "tokens": answer.usage.prompt_tokens}


def refused(model):
    return of_chat(client.chat.completions.create(model=model, messages=HELLO))


for status in (400, 401, 403, 404, 429, 500, 529):
    case(refused, f"refused_{status}")


@case
def breaks(model):
    words = []
    try:
        for chunk in client.chat.completions.create(model=model, messages=HELLO, stream=True):
            words += [choice.delta.content or "" for choice in chunk.choices]
    except Exception as error:
        return {"text": "".join(words), "raised": walk.raised(error)}


case(breaks, "hangs_up")


@case
def models(_):
    return [{"id": model.id, "owned_by": model.owned_by} for model in client.models.list()]


@case
def one_model(model):
    return client.models.retrieve(model).id


@case
def unknown_model(_):
    client.chat.completions.create(model="no-such-model", messages=HELLO)


@case
def wrong_key(model):
    OpenAI(max_retries=0, api_key="fbk_wrong").chat.completions.create(model=model, messages=HELLO)


walk.main()
