"""Calls a gateway with the official openai package as it comes, retries and all: a prompt a line in, a finding a line out."""

import base64
import hashlib
import json
import sys

import openai

for line in sys.stdin:
    job = json.loads(line)
    client = openai.OpenAI(base_url=job["url"] + "/v1", api_key=job["key"])
    found = {}
    try:
        answer = client.images.generate(
            model=job["model"], prompt=job["prompt"], response_format="b64_json"
        )
        found["image"] = hashlib.sha256(base64.b64decode(answer.data[0].b64_json)).hexdigest()
    except openai.APIStatusError as error:
        found["status"] = error.status_code
        found["code"] = error.code
        found["shouldRetry"] = error.response.headers.get("x-should-retry")
    except openai.APIConnectionError as error:
        found["broken"] = repr(error)
    print(json.dumps(found), flush=True)
