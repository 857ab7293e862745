import type { ListedProvider } from "../core/provider.ts";

/**
 * Every provider there is, one line each. Nothing of a provider is loaded before a channel names it. The
 * order decides whose card a model name has where two know it, so a new one goes to the end.
 */
export const providers: readonly ListedProvider[] = [
  {
    id: "openai",
    environment: [{ needs: { OPENAI_API_KEY: "api_key" } }],
    load: () => import("./openai/index.ts"),
  },
  { id: "openai-compatible", load: () => import("./openai-compatible/index.ts") },
  { id: "azure-openai", load: () => import("./azure-openai/index.ts") },
  { id: "openai-responses", load: () => import("./openai-responses/index.ts") },
  { id: "openai-chat", load: () => import("./openai-chat/index.ts") },
  { id: "openrouter", load: () => import("./openrouter/index.ts") },
  {
    id: "replicate",
    environment: [{ needs: { REPLICATE_API_TOKEN: "api_token" } }],
    load: () => import("./replicate/index.ts"),
  },
  { id: "automatic1111", load: () => import("./automatic1111/index.ts") },
  {
    id: "gemini",
    environment: [
      { needs: { GEMINI_API_KEY: "api_key" } },
      { needs: { GOOGLE_API_KEY: "api_key" } },
    ],
    load: () => import("./gemini/index.ts"),
  },
  {
    id: "vertex",
    environment: [
      {
        needs: { GOOGLE_SERVICE_ACCOUNT: "service_account" },
        takes: { GOOGLE_CLOUD_PROJECT: "project", GOOGLE_CLOUD_LOCATION: "location" },
      },
    ],
    load: () => import("./vertex/index.ts"),
  },
  {
    id: "xai",
    environment: [{ needs: { XAI_API_KEY: "api_key" } }],
    load: () => import("./xai/index.ts"),
  },
  { id: "custom", load: () => import("./custom/index.ts") },
  {
    id: "bfl",
    environment: [{ needs: { BFL_API_KEY: "api_key" } }],
    load: () => import("./bfl/index.ts"),
  },
  {
    id: "stability",
    environment: [{ needs: { STABILITY_API_KEY: "api_key" } }],
    load: () => import("./stability/index.ts"),
  },
  {
    id: "ideogram",
    environment: [{ needs: { IDEOGRAM_API_KEY: "api_key" } }],
    load: () => import("./ideogram/index.ts"),
  },
  {
    id: "recraft",
    environment: [
      { needs: { RECRAFT_API_KEY: "api_key" } },
      { needs: { RECRAFT_API_TOKEN: "api_key" } },
    ],
    load: () => import("./recraft/index.ts"),
  },
  {
    id: "bedrock",
    environment: [
      { needs: { AWS_BEARER_TOKEN_BEDROCK: "api_key" }, takes: { AWS_REGION: "region" } },
    ],
    load: () => import("./bedrock/index.ts"),
  },
  {
    id: "ark",
    environment: [{ needs: { ARK_API_KEY: "api_key" }, takes: { ARK_REGION: "region" } }],
    load: () => import("./ark/index.ts"),
  },
  {
    id: "dashscope",
    environment: [
      { needs: { DASHSCOPE_API_KEY: "api_key" }, takes: { DASHSCOPE_REGION: "region" } },
    ],
    load: () => import("./dashscope/index.ts"),
  },
  {
    id: "zhipu",
    environment: [{ needs: { ZAI_API_KEY: "api_key" } }],
    load: () => import("./zhipu/index.ts"),
  },
  {
    id: "siliconflow",
    environment: [
      { needs: { SILICONFLOW_API_KEY: "api_key" }, takes: { SILICONFLOW_REGION: "region" } },
    ],
    load: () => import("./siliconflow/index.ts"),
  },
  {
    id: "luma",
    environment: [
      { needs: { LUMA_AGENTS_API_KEY: "api_key" } },
      { needs: { LUMA_API_KEY: "api_key" } },
    ],
    load: () => import("./luma/index.ts"),
  },
  {
    id: "runway",
    environment: [{ needs: { RUNWAYML_API_SECRET: "api_key" } }],
    load: () => import("./runway/index.ts"),
  },
  {
    id: "kling",
    environment: [
      { needs: { KLING_API_KEY: "api_key" }, takes: { KLING_REGION: "region" } },
      {
        needs: { KLING_ACCESS_KEY: "access_key", KLING_SECRET_KEY: "secret_key" },
        takes: { KLING_REGION: "region" },
      },
    ],
    load: () => import("./kling/index.ts"),
  },
  {
    id: "bria",
    environment: [{ needs: { BRIA_API_TOKEN: "api_key" } }, { needs: { BRIA_API_KEY: "api_key" } }],
    load: () => import("./bria/index.ts"),
  },
  {
    id: "krea",
    environment: [{ needs: { KREA_API_KEY: "api_key" } }],
    load: () => import("./krea/index.ts"),
  },
  {
    id: "leonardo",
    environment: [{ needs: { LEONARDO_API_KEY: "api_key" } }],
    load: () => import("./leonardo/index.ts"),
  },
  {
    id: "modelscope",
    environment: [
      { needs: { MODELSCOPE_API_KEY: "api_key" } },
      { needs: { MODELSCOPE_SDK_TOKEN: "api_key" } },
    ],
    load: () => import("./modelscope/index.ts"),
  },
  {
    id: "hunyuan",
    environment: [
      { needs: { TOKENHUB_API_KEY: "api_key" } },
      {
        needs: { TENCENTCLOUD_SECRET_ID: "secret_id", TENCENTCLOUD_SECRET_KEY: "secret_key" },
        takes: { TENCENTCLOUD_REGION: "region" },
      },
    ],
    load: () => import("./hunyuan/index.ts"),
  },
  {
    id: "qianfan",
    environment: [{ needs: { QIANFAN_API_KEY: "api_key" } }],
    load: () => import("./qianfan/index.ts"),
  },
  {
    id: "firefly",
    environment: [
      {
        needs: {
          FIREFLY_SERVICES_CLIENT_ID: "client_id",
          FIREFLY_SERVICES_CLIENT_SECRET: "client_secret",
        },
      },
    ],
    load: () => import("./firefly/index.ts"),
  },
  {
    id: "jimeng",
    environment: [
      {
        needs: { VOLC_ACCESSKEY: "access_key", VOLC_SECRETKEY: "secret_key" },
      },
    ],
    load: () => import("./jimeng/index.ts"),
  },
  {
    id: "topaz",
    environment: [{ needs: { TOPAZ_API_KEY: "api_key" } }],
    load: () => import("./topaz/index.ts"),
  },
  {
    id: "minimax",
    environment: [{ needs: { MINIMAX_API_KEY: "api_key" }, takes: { MINIMAX_REGION: "region" } }],
    load: () => import("./minimax/index.ts"),
  },
  {
    id: "fal",
    environment: [{ needs: { FAL_KEY: "api_key" } }],
    load: () => import("./fal/index.ts"),
  },
  { id: "forge", load: () => import("./forge/index.ts") },
  { id: "sdnext", load: () => import("./sdnext/index.ts") },
  {
    id: "together",
    environment: [{ needs: { TOGETHER_API_KEY: "api_key" } }],
    load: () => import("./together/index.ts"),
  },
  { id: "comfyui", load: () => import("./comfyui/index.ts") },
  {
    id: "fireworks",
    environment: [{ needs: { FIREWORKS_API_KEY: "api_key" } }],
    load: () => import("./fireworks/index.ts"),
  },
  { id: "azure-foundry", load: () => import("./azure-foundry/index.ts") },
  { id: "sd-server", load: () => import("./sd-server/index.ts") },
  {
    id: "vercel",
    environment: [{ needs: { AI_GATEWAY_API_KEY: "api_key" } }],
    load: () => import("./vercel/index.ts"),
  },
  {
    id: "cloudflare",
    environment: [
      { needs: { CLOUDFLARE_API_TOKEN: "api_key", CLOUDFLARE_ACCOUNT_ID: "account_id" } },
    ],
    load: () => import("./cloudflare/index.ts"),
  },
  {
    id: "deepinfra",
    environment: [
      { needs: { DEEPINFRA_API_KEY: "api_key" } },
      { needs: { DEEPINFRA_TOKEN: "api_key" } },
    ],
    load: () => import("./deepinfra/index.ts"),
  },
  {
    id: "prodia",
    environment: [{ needs: { PRODIA_TOKEN: "api_key" } }],
    load: () => import("./prodia/index.ts"),
  },
  {
    id: "runware",
    environment: [{ needs: { RUNWARE_API_KEY: "api_key" } }],
    load: () => import("./runware/index.ts"),
  },
  {
    id: "novita",
    environment: [{ needs: { NOVITA_API_KEY: "api_key" } }],
    load: () => import("./novita/index.ts"),
  },
  {
    id: "huggingface",
    environment: [{ needs: { HF_TOKEN: "api_key" } }],
    load: () => import("./huggingface/index.ts"),
  },
  {
    id: "sandbox",
    builtIn: true,
    manuals: { names: ["dall-e-2", "dall-e-3", "gpt-image-1"], model: "sandbox-fast" },
    load: () => import("./sandbox/index.ts"),
  },
];
