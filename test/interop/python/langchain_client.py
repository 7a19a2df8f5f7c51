"""The `langchain-openai` package: chat models over both of OpenAI's APIs, and embeddings."""

import walk
from langchain_core.messages import HumanMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from pydantic import BaseModel
from walk import PNG, WORDS_ASKED, called, case, heard


class Place(BaseModel):
    """A place."""

    city: str
    people: int


@tool
def look(at: str) -> str:
    """Looks at a place."""
    return called("look", {"at": at})


@tool
def now() -> str:
    """Tells the time."""
    return called("now", {})


TOOLS = {"look": look, "now": now}


def chat_model(name, **options):
    return ChatOpenAI(model=name, max_retries=0, stream_usage=True, **options)


def responses_model(name, **options):
    return ChatOpenAI(model=name, max_retries=0, use_responses_api=True, output_version="responses/v1", **options)


def of_message(message):
    usage = message.usage_metadata
    tokens = (usage["input_tokens"], usage["output_tokens"], usage.get("input_token_details", {}).get("cache_read", 0))
    calls = [(call["id"], call["name"], call["args"]) for call in message.tool_calls]
    metadata = message.response_metadata
    return heard(message.text, metadata.get("finish_reason") or metadata.get("status"), tokens, calls)


def joined(chunks):
    [whole, *rest] = chunks
    for chunk in rest:
        whole = whole + chunk
    return whole


def loop(model, first):
    """Runs the tools that the first answer calls, and asks again."""
    messages = [HumanMessage(WORDS_ASKED), first, *[TOOLS[call["name"]].invoke(call) for call in first.tool_calls]]
    return heard(model.invoke(messages).text)


def thought_of(message):
    blocks = [block for block in message.content_blocks if block["type"] == "reasoning"]
    return "".join(block.get("reasoning", "") for block in blocks)


for api, make in (("chat", chat_model), ("responses", responses_model)):
    case(lambda name, make=make: of_message(make(name).invoke(WORDS_ASKED)), api)
    case(lambda name, make=make: of_message(joined(make(name).stream(WORDS_ASKED))), f"{api}_as_stream")
    case(lambda name, make=make: of_message(make(name).bind_tools([look]).invoke(WORDS_ASKED)), f"{api}_call")
    case(lambda name, make=make: of_message(joined(make(name).bind_tools([look]).stream(WORDS_ASKED))), f"{api}_call_as_stream")

    def tools(name, make=make):
        model = make(name).bind_tools([look, now])
        return loop(model, model.invoke(WORDS_ASKED))

    def tools_as_stream(name, make=make):
        model = make(name).bind_tools([look, now])
        return loop(model, joined(model.stream(WORDS_ASKED)))

    def fill(name, make=make):
        return make(name).with_structured_output(Place, method="json_schema").invoke(WORDS_ASKED).model_dump()

    def fill_by_call(name, make=make):
        return make(name).with_structured_output(Place, method="function_calling").invoke(WORDS_ASKED).model_dump()

    def image(name, make=make):
        content = [{"type": "text", "text": WORDS_ASKED}, {"type": "image", "base64": PNG, "mime_type": "image/png"}]
        return of_message(make(name).invoke([HumanMessage(content)]))

    for function in (tools, tools_as_stream, fill, fill_by_call, image):
        case(function, f"{api}_{function.__name__}")


@case
async def chat_async(name):
    return of_message(await chat_model(name).ainvoke(WORDS_ASKED))


@case
async def chat_async_as_stream(name):
    return of_message(joined([chunk async for chunk in chat_model(name).astream(WORDS_ASKED)]))


def think(name, first_of):
    reasoning = {"effort": "medium", "summary": "auto"}
    model = responses_model(name, reasoning=reasoning, include=["reasoning.encrypted_content"], store=False).bind_tools([look])
    first = first_of(model)
    return {"thought": thought_of(first), **loop(model, first)}


@case
def thoughts(name):
    return think(name, lambda model: model.invoke(WORDS_ASKED))


@case
def thoughts_as_stream(name):
    return think(name, lambda model: joined(model.stream(WORDS_ASKED)))


@case
def embed(name):
    """By default this package sends numbers of tokens, as only OpenAI's own models take."""
    return OpenAIEmbeddings(model=name, max_retries=0, check_embedding_ctx_length=False).embed_documents(["one", "two"])


for status in (400, 401, 429, 500):
    case(lambda name: of_message(chat_model(name).invoke(WORDS_ASKED)), f"refused_{status}")


@case
def breaks(name):
    words = []
    try:
        for chunk in chat_model(name).stream(WORDS_ASKED):
            words.append(chunk.text)
    except Exception as error:
        return {"text": "".join(words), "raised": walk.raised(error)}


case(breaks, "hangs_up")

walk.main()
