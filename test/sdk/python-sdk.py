"""Drives a gateway with the official openai package for Python; prints one JSON line of findings."""

import base64
import io
import json
import sys

import openai

base_url, key, image_path, mask_path, square_path = sys.argv[1:6]
client = openai.OpenAI(base_url=base_url + "/v1", api_key=key, max_retries=0)
found = {}


def size_of(data):
    """Pixels of a PNG, from its header."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n", data[:12]
    return [int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")]


def of(answer):
    return [size_of(base64.b64decode(one.b64_json)) for one in answer.data]


found["generate"] = of(
    client.images.generate(
        model="sandbox-fast",
        prompt="a fox",
        n=2,
        size="256x128",
        quality="low",
        response_format="b64_json",
        style="natural",
        background="opaque",
        output_format="png",
        moderation="low",
        user="user-1",
        extra_body={"seed": 7, "watermark": False},
    )
)
jpeg = client.images.generate(
    model="sandbox-fast",
    prompt="a fox",
    size="128x128",
    response_format="b64_json",
    output_format="jpeg",
    output_compression=50,
)
found["jpeg"] = base64.b64decode(jpeg.data[0].b64_json)[:3].hex()
found["url"] = client.images.generate(model="sandbox-fast", prompt="a fox", size="128x128").data[0].url

with open(image_path, "rb") as image, open(mask_path, "rb") as mask:
    found["edit_mask"] = of(
        client.images.edit(
            model="sandbox-fast", image=image, mask=mask, prompt="a hat", response_format="b64_json"
        )
    )
with open(image_path, "rb") as image:
    found["edit_one"] = of(
        client.images.edit(model="sandbox-fast", image=image, prompt="a hat", response_format="b64_json")
    )
with open(image_path, "rb") as first, open(image_path, "rb") as second:
    found["edit_many"] = of(
        client.images.edit(
            model="sandbox-fast", image=[first, second], prompt="both", response_format="b64_json"
        )
    )

with open(square_path, "rb") as image:
    found["variation"] = of(
        client.images.create_variation(
            model="sandbox-fast", image=image, n=2, size="256x256", response_format="b64_json"
        )
    )



def streamed(call):
    return [[event.type, size_of(base64.b64decode(event.b64_json))] for event in call]


found["stream"] = streamed(
    client.images.generate(
        model="sandbox-fast", prompt="a fox", size="256x128", stream=True, partial_images=2
    )
)
with open(image_path, "rb") as image, open(mask_path, "rb") as mask:
    found["stream_edit"] = streamed(
        client.images.edit(
            model="sandbox-fast", image=image, mask=mask, prompt="a hat", stream=True, partial_images=1
        )
    )


def broken_stream():
    seen = []
    try:
        for event in client.images.generate(
            model="sandbox-stream-error", prompt="a fox", size="64x64", stream=True, partial_images=1
        ):
            seen.append(event.type)
    except openai.APIError as error:
        seen.append([type(error).__name__, error.code])
    return seen


found["stream_error"] = broken_stream()

found["models"] = sorted(model.id for model in client.models.list())
found["model"] = client.models.retrieve("sandbox-fast").id


def error_of(call):
    try:
        call()
    except openai.APIStatusError as error:
        return [type(error).__name__, error.status_code, error.code, error.param]
    return "no error"


bad_client = openai.OpenAI(base_url=base_url + "/v1", api_key="wrong", max_retries=0)
found["errors"] = {
    "key": error_of(lambda: bad_client.models.list()),
    "n": error_of(lambda: client.images.generate(model="sandbox", prompt="x", n=11)),
    "model": error_of(lambda: client.images.generate(model="nope", prompt="x")),
    "moderated": error_of(lambda: client.images.generate(model="sandbox-moderated", prompt="x")),
    "rate": error_of(lambda: client.images.generate(model="sandbox-rate-limited", prompt="x")),
    "image": error_of(
        lambda: client.images.edit(model="sandbox", image=io.BytesIO(b"no image"), prompt="x")
    ),
}
print(json.dumps(found))
