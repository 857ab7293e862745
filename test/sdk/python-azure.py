"""Drives a gateway with the AzureOpenAI class of the openai package; prints one JSON line of findings."""

import base64
import json
import sys

import openai

url, key, image = sys.argv[1:4]
def widths(answer):
    return [int.from_bytes(base64.b64decode(one.b64_json)[16:20], "big") for one in answer.data]
found = {}
asked = dict(prompt="a fox", size="256x256", response_format="b64_json")
for name, more in {"model": {}, "deployment": {"azure_deployment": "sandbox-fast"}}.items():
    client = openai.AzureOpenAI(azure_endpoint=url, api_key=key, api_version="2025-04-01-preview", max_retries=0, **more)
    found[name] = widths(client.images.generate(model="sandbox-fast", n=2, **asked))
    with open(image, "rb") as file:
        found[name + " edit"] = widths(client.images.edit(model="sandbox-fast", image=file, prompt="a hat", response_format="b64_json"))
    found[name + " models"] = "sandbox-fast" in [one.id for one in client.models.list()]
client = openai.AzureOpenAI(azure_endpoint=url, api_key="wrong", api_version="2025-04-01-preview", max_retries=0)
try:
    client.images.generate(model="sandbox-fast", **asked)
except openai.AuthenticationError as error:
    found["wrong key"] = error.code
print(json.dumps(found))
