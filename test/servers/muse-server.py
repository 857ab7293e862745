"""A third-party OpenAI images server (museq: FastAPI and uvicorn) with a model that draws: no weights, no torch.

python muse-server.py PORT

A picture is one colour that prompt and seed decide. An edit composes it over the input where the mask is white. The
prompt word "explode" fails as a GPU out of memory does, "slow" takes three seconds.
"""

import random
import sys
import threading
import time

import uvicorn
from muse.core.registry import ModalityRegistry
from muse.core.server import create_app
from muse.modalities.image_generation import ImageResult
from muse.modalities.image_generation.routes import build_router
from PIL import Image


class Drawn:
    """The model, as museq calls one."""

    model_id = "drawn"
    default_size = (512, 512)
    _inference_lock = threading.Lock()

    def picture(self, prompt, size, seed, base=None, mask=None):
        if "explode" in prompt:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")
        if "slow" in prompt:
            time.sleep(3)
        seed = random.randrange(2**31) if seed is None else seed
        colour = random.Random(f"{prompt}/{seed}")
        made = Image.new("RGB", size, tuple(colour.randrange(256) for _ in range(3)))
        if base is not None and mask is not None:
            made = Image.composite(made, base.convert("RGB").resize(size), mask.convert("L").resize(size))
        elif base is not None:
            made = Image.blend(base.convert("RGB").resize(size), made, 0.5)
        return ImageResult(image=made, width=size[0], height=size[1], seed=seed, metadata={"prompt": prompt})

    def generate(self, prompt, *, width=None, height=None, seed=None, init_image=None, **_):
        return self.picture(prompt, (width or 512, height or 512), seed, init_image)

    def inpaint(self, prompt, *, width, height, init_image, mask_image, seed=None, **_):
        return self.picture(prompt, (width, height), seed, init_image, mask_image)

    def vary(self, *, width, height, init_image, seed=None, **_):
        return self.picture("", (width, height), seed, init_image)


registry = ModalityRegistry()
registry.register(
    "image/generation",
    Drawn(),
    manifest={
        "model_id": "drawn",
        "modality": "image/generation",
        "capabilities": {"supports_img2img": True, "supports_inpainting": True, "supports_variations": True},
    },
)
app = create_app(registry=registry, routers={"image/generation": build_router(registry)})
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
