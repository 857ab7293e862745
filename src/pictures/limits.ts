import type { PictureLimits } from "../core/picture.ts";

const mega = 1_000_000;

/** Bytes of one uploaded image: OpenAI takes images "under 50 MB" (CONTRACT, edits). */
export const inputImageBytesMax = 50 * 1024 * 1024;
/** Pixels of one uploaded image: what imgproxy takes by default, and 200 MB when decoded. */
export const inputImagePixelsMax = 50 * mega;
/** Pixels of the longer side of any image that is let in or worked on here: no model takes more, and WebP has hardly more. */
export const imageEdgeMax = 16_384;
/** Bytes of one image that an upstream made. */
export const upstreamImageBytesMax = 256 * mega;
/** Pixels of one image that an upstream made, and so of any that is decoded here. */
export const upstreamImagePixelsMax = 100 * mega;
/** Frames of one image that an upstream made; few make animations, and they are short. */
export const upstreamImageFramesMax = 1_000;

/** For what callers send. Animations are refused: every upstream would take the first frame in silence. */
export const inputImageLimits: PictureLimits = {
  bytesMax: inputImageBytesMax,
  pixelsMax: inputImagePixelsMax,
  edgeMax: imageEdgeMax,
  framesMax: 1,
  blame: "caller",
};

/** For what upstreams give. */
export const upstreamImageLimits: PictureLimits = {
  bytesMax: upstreamImageBytesMax,
  pixelsMax: upstreamImagePixelsMax,
  framesMax: upstreamImageFramesMax,
  blame: "upstream",
};
