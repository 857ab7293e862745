import type { Provider } from "../core/provider.ts";
import automatic1111 from "./automatic1111/index.ts";
import azureOpenai from "./azure-openai/index.ts";
import openai from "./openai/index.ts";
import openaiChat from "./openai-chat/index.ts";
import openaiCompatible from "./openai-compatible/index.ts";
import openaiResponses from "./openai-responses/index.ts";
import openrouter from "./openrouter/index.ts";
import replicate from "./replicate/index.ts";
import sandbox from "./sandbox/index.ts";

/** Every provider there is. One line each; the order decides whose card a model name has where two know it. */
export const providers: readonly Provider[] = [
  openai,
  openaiCompatible,
  azureOpenai,
  openaiResponses,
  openaiChat,
  openrouter,
  replicate,
  automatic1111,
  sandbox,
];
