"""The `google-genai` package: answers, chats with automatic function calls, counts of tokens, embeddings, lists of models."""

import base64
import os

import walk
from google import genai
from google.genai import types
from pydantic import BaseModel
from walk import LOOK_SCHEMA, PNG, WORDS_ASKED, called, case, heard

client = genai.Client(http_options={"base_url": os.environ["GOOGLE_GEMINI_BASE_URL"]})

LOOK = {"name": "look", "parameters_json_schema": LOOK_SCHEMA}
BY_HAND = {"automatic_function_calling": {"disable": True}}


class Place(BaseModel):
    city: str
    people: int


def look(at: str) -> str:
    """Looks at a place."""
    return called("look", {"at": at})


def now() -> str:
    """Tells the time."""
    return called("now", {})


def of_answers(*answers):
    parts = [part for answer in answers for part in answer.candidates[0].content.parts or []]
    text = "".join(part.text or "" for part in parts if not part.thought)
    calls = [(part.function_call.id, part.function_call.name, part.function_call.args) for part in parts if part.function_call]
    [*_, usage] = [answer.usage_metadata for answer in answers if answer.usage_metadata]
    output = (usage.candidates_token_count or 0) + (usage.thoughts_token_count or 0)
    finish = answers[-1].candidates[0].finish_reason
    return heard(text, finish and finish.value, (usage.prompt_token_count, output, usage.cached_content_token_count or 0), calls)


def ask(model, contents=WORDS_ASKED, **config):
    return client.models.generate_content(model=model, contents=contents, config=config)


def ask_streamed(model, **config):
    return list(client.models.generate_content_stream(model=model, contents=WORDS_ASKED, config=config))


@case
def content(model):
    return of_answers(ask(model))


@case
def content_as_stream(model):
    return of_answers(*ask_streamed(model))


@case
def call(model):
    return of_answers(ask(model, tools=[{"function_declarations": [LOOK]}]))


@case
def call_as_stream(model):
    return of_answers(*ask_streamed(model, tools=[{"function_declarations": [LOOK]}]))


@case
async def content_async(model):
    return of_answers(await client.aio.models.generate_content(model=model, contents=WORDS_ASKED))


@case
async def content_async_as_stream(model):
    return of_answers(*[one async for one in await client.aio.models.generate_content_stream(model=model, contents=WORDS_ASKED)])


@case
def tools(model):
    """This SDK calls the functions itself."""
    return heard(client.chats.create(model=model, config={"tools": [look, now]}).send_message(WORDS_ASKED).text)


@case
def tools_as_stream(model):
    chat = client.chats.create(model=model, config={"tools": [look, now]})
    texts = [chunk.text or "" for chunk in chat.send_message_stream(WORDS_ASKED)]
    return heard("".join(texts))


def think(model, send):
    thinking = {"thinking_budget": 2000, "include_thoughts": True}
    chat = client.chats.create(model=model, config={"tools": [{"function_declarations": [LOOK]}], "thinking_config": thinking, **BY_HAND})
    parts = [part for answer in send(chat) for part in answer.candidates[0].content.parts or []]
    [call] = [part.function_call for part in parts if part.function_call]
    response = types.FunctionResponse(id=call.id, name=call.name, response={"output": called(call.name, call.args)})
    done = chat.send_message([types.Part(function_response=response)])
    return {"thought": "".join(part.text or "" for part in parts if part.thought), **heard(done.text)}


@case
def thoughts(model):
    return think(model, lambda chat: [chat.send_message(WORDS_ASKED)])


@case
def thoughts_as_stream(model):
    return think(model, lambda chat: list(chat.send_message_stream(WORDS_ASKED)))


@case
def parse(model):
    return ask(model, response_mime_type="application/json", response_schema=Place).parsed.model_dump()


@case
def image(model):
    return of_answers(ask(model, ["Hello", types.Part.from_bytes(data=base64.b64decode(PNG), mime_type="image/png")]))


@case
def count(model):
    return client.models.count_tokens(model=model, contents=WORDS_ASKED).total_tokens


@case
def embed(model):
    answer = client.models.embed_content(model=model, contents=["one", "two"])
    return [embedding.values for embedding in answer.embeddings]


for status in (400, 401, 403, 404, 429, 500, 529):
    case(content, f"refused_{status}")


@case
def breaks(model):
    words = []
    try:
        for chunk in client.models.generate_content_stream(model=model, contents=WORDS_ASKED):
            words.append(chunk.text or "")
    except Exception as error:
        return {"text": "".join(words), "raised": walk.raised(error)}


case(breaks, "hangs_up")


@case
def models(_):
    return [{"name": model.name, "actions": model.supported_actions} for model in client.models.list()]


@case
def one_model(model):
    return client.models.get(model=model).name


@case
def unknown_model(_):
    ask("no-such-model")


@case
def wrong_key(model):
    # A client closes itself when nobody holds it any more.
    stranger = genai.Client(api_key="fbk_wrong", http_options={"base_url": os.environ["GOOGLE_GEMINI_BASE_URL"]})
    stranger.models.generate_content(model=model, contents=WORDS_ASKED)


walk.main()
