"""Drives a gateway through LiteLLM as a library, or through its proxy's address; prints one JSON line of findings.

python litellm-sdk.py URL KEY IMAGE MASK
"""

import base64
import json
import os
import sys

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import litellm

url, key, image_path, mask_path = sys.argv[1:5]
litellm.suppress_debug_info = True
found = {}
shared = {"api_base": url + "/v1", "api_key": key}


def size_of(text):
    """Pixels of a PNG that came as base64, from its header."""
    data = base64.b64decode(text)
    assert data[:8] == b"\x89PNG\r\n\x1a\n", data[:12]
    return [int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")]


# LiteLLM refuses response_format on names that it does not know; dall-e-2 is one that it knows.
made = litellm.image_generation(
    model="openai/dall-e-2", prompt="a fox", n=2, size="256x256", response_format="b64_json", **shared
)
found["generate"] = [size_of(one.b64_json) for one in made.data]
found["url"] = litellm.image_generation(
    model="openai/sandbox-fast", prompt="a fox", size="256x128", **shared
).data[0].url
with open(image_path, "rb") as image, open(mask_path, "rb") as mask:
    edited = litellm.image_edit(
        model="openai/sandbox-fast", prompt="a hat", image=image, mask=mask, **shared
    )
found["edit"] = [size_of(one.b64_json) for one in edited.data]
try:
    litellm.image_generation(model="openai/no-such-model", prompt="a fox", **shared)
except Exception as error:
    found["missing"] = [type(error).__name__, getattr(error, "status_code", None)]
print(json.dumps(found))
