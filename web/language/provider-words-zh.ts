/** Titles of settings that several providers have, in Simplified Chinese, by the setting's name. */
export const settingTitlesZh: Readonly<Record<string, string>> = {
  base_url: "地址",
  api_key: "API 密钥",
  api_token: "API 令牌",
  api_version: "API 版本",
  region: "地区",
  organization: "组织",
  project: "项目",
  workspace: "工作空间",
  username: "用户名",
  password: "密码",
  access_key: "访问密钥",
  secret_key: "私有密钥",
  session_token: "会话令牌",
  access_token: "访问令牌",
  token: "令牌",
  client_id: "客户端 ID",
  client_secret: "客户端密钥",
  headers: "其他请求头",
  query: "其他查询参数",
  fixed: "固定字段",
  fields: "字段",
  pictures: "图片的位置",
  watermark: "水印",
  result_hosts: "结果所在主机",
  images_per_call: "每次调用的图片数",
  prompt_extend: "改写提示词",
  prompt_networks: "提示词中的附加网络",
  refused: "拒绝的字段",
  refused_prompt_tags: "提示词中禁止的标签",
  safety_threshold: "安全阈值",
  safety_tolerance: "安全容忍度",
  steps: "采样步数",
  quality_steps: "各质量的采样步数",
  sampler: "采样器",
  scheduler: "噪声调度",
  cfg_scale: "提示词引导强度",
  denoising_strength: "重绘幅度",
  mask_blur: "蒙版边缘柔化",
  resize_mode: "缩放方式",
  switch_checkpoint: "切换模型文件",
  restore_settings: "恢复服务器设置",
  override_settings: "覆盖服务器选项",
  interrupt: "中断放弃的请求",
  "entra.tenant_id": "Entra：租户 ID",
  "entra.client_id": "Entra：客户端 ID",
  "entra.client_secret": "Entra：客户端密钥",
  "entra.authority": "Entra：颁发机构",
  "entra.scope": "Entra：作用域",
};

/** Sentences about settings that several providers share, in Simplified Chinese, by the provider's own words. */
export const settingSentencesZh: Readonly<Record<string, string>> = {
  "API key.": "API 密钥。",
  "Address of the API.": "API 的地址。",
  "Address of the API. Not set: the region's own.": "API 的地址。未设置时使用该地区的地址。",
  "Address of the server.": "服务器的地址。",
  "Origin and path of the API; a proxy or a test server may stand in.":
    "API 的源和路径；也可以是代理或测试服务器。",
  "Origin and path of the API, most often ending in /v1.": "API 的源和路径，通常以 /v1 结尾。",
  "Hosts that made pictures are fetched from besides the API's own; one that begins with a dot stands for all below it.":
    "除 API 自己的主机外，可从哪些主机取回生成的图片；以点开头表示其下所有主机。",
  "Hosts that made pictures are fetched from besides the API's own. Not set: any public host, since the vendor names none; always without the key.":
    "除 API 自己的主机外，可从哪些主机取回生成的图片。未设置时为任意公网主机，因为供应商没有指明；从不附带密钥。",
  "Whether pictures are marked as made by AI where the client does not say.":
    "客户端未说明时，图片是否标记为 AI 生成。",
  "Whether prompts are rewritten where the caller does not say; sent with every call.":
    "调用方未说明时是否改写提示词；每次调用都会发送。",
  "Further headers of every call, for example { X-Api-Key: … }; treated as secrets.":
    "每次调用附加的请求头，例如 { X-Api-Key: … }；按机密处理。",
  "Sent as Authorization: Bearer; leave out where the server needs none.":
    "以 Authorization: Bearer 发送；服务器不需要时留空。",
  "Password that goes with the user name.": "与用户名对应的密码。",
  "Sampling steps for each quality of the model's card.": "模型卡片中各质量对应的采样步数。",
  "Sampling steps where the request names no quality; the server's own default is 50.":
    "请求未指定质量时的采样步数；服务器的默认值为 50。",
  "Sampler, as the server lists it; not set: the server's own.":
    "采样器，按服务器列出的名称；未设置时由服务器决定。",
  "How closely the prompt is followed; not set: the server's own.":
    "遵循提示词的程度；未设置时由服务器决定。",
  "How much an edit may change: 0 nothing, 1 everything.": "编辑可改变多少：0 不变，1 全部。",
  "Pixels over which the edge of a mask is softened.": "蒙版边缘柔化的像素数。",
  "What an edit does with an image of another shape than the asked size.":
    "编辑的图片与所求尺寸比例不同时如何处理。",
  "Ask the server to load the checkpoint that the model names; false: whatever is loaded serves every model.":
    "要求服务器加载模型所指的模型文件；否则所有模型都由已加载的文件提供。",
  "Tags that prompts may not hold, since the server reads further parameters out of them; stable-diffusion.cpp's server takes size, number and paths on its disk from <sd_cpp_extra_args>.":
    "提示词中不得出现的标签，因为服务器会从中读取其他参数；stable-diffusion.cpp 的服务器会从 <sd_cpp_extra_args> 读取尺寸、数量和磁盘路径。",
  "Directory (tenant) id of the app registration.": "应用注册的目录（租户）ID。",
  "Application (client) id.": "应用程序（客户端）ID。",
  "Client secret of the application.": "应用程序的客户端密钥。",
};
