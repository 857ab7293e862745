import type { Provider } from "../core/provider.ts";
import openai from "./openai/index.ts";
import openaiCompatible from "./openai-compatible/index.ts";

/** Every provider there is. One line each; the order decides whose card a model name has where two know it. */
export const providers: readonly Provider[] = [openai, openaiCompatible];
