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
  "API key, sk-…": "API 密钥，形如 sk-…",
  "Organization that is billed: OpenAI-Organization.": "付费的组织：OpenAI-Organization。",
  "Project that is billed: OpenAI-Project.": "付费的项目：OpenAI-Project。",
  "Path under base_url for generations.": "base_url 之下用于生成的路径。",
  "Path under base_url for edits.": "base_url 之下用于编辑的路径。",
  "Path under base_url for variations.": "base_url 之下用于变体的路径。",
  "Query of each call for images, for example { api-version: preview }.":
    "每次图像调用附加的查询参数，例如 { api-version: preview }。",
  "How edits are sent: multipart with files, json with data URLs in `images`, or none where the server has no edits.":
    "编辑如何发送：multipart 以文件发送；json 在 `images` 中以 data URL 发送；服务器不支持编辑时选 none。",
  "Name of the file parts of an edit: always image, always image[], numbered image[0], image[1], …; auto is image for one file and image[] for several, as OpenAI's SDKs do.":
    "编辑中图片文件的字段名：始终为 image、始终为 image[]，或按编号 image[0]、image[1]……；auto 与 OpenAI 的 SDK 相同：一个文件用 image，多个用 image[]。",
  "Field of a generation that takes reference images as data URLs: one as a string, several as a list.":
    "生成时以 data URL 接收参考图片的字段：一张为字符串，多张为列表。",
  "Fields that the server knows under another name, for example { size: resolution, seed: random_seed }.":
    "服务器以其他名称接收的字段，例如 { size: resolution, seed: random_seed }。",
  "The only fields that the server takes besides model, prompt, n and pictures, under OpenAI's names, for example [size, quality, seed]. Not set: all fields.":
    "除 model、prompt、n 和图片外，服务器只接收这些字段（用 OpenAI 的名称），例如 [size, quality, seed]。未设置时为全部字段。",
  "Fields sent with every request, for example { service_tier: priority }.":
    "每个请求都发送的字段，例如 { service_tier: priority }。",
  "Unknown fields that callers may not pass on, since this server might read them as n or size and bill for more; compared without regard to case and marks. Words for the model are never passed on.":
    "调用方不得传递的未知字段，因为此服务器可能把它们当作 n 或 size 而多计费；比较时不区分大小写和符号。表示模型的字段一律不传递。",
  "How a size is sent: text in one field, or as a pair of numbers in the fields width and height (`renames` may give these other names).":
    "尺寸如何发送：一个文本字段，或 width 与 height 两个数字字段（可用 `renames` 改名）。",
  "What stands between width and height on the wire: 1024x1024 or 1024*1024.":
    "宽与高之间的符号：1024x1024 或 1024*1024。",
  "Name of the field for the model; false where the address names it, or the server has only one.":
    "表示模型的字段名；地址已指明模型或服务器只有一个模型时填 false。",
  "Name of the field for the number of images; false where the server has none and makes one image a call.":
    "表示张数的字段名；服务器没有此字段且每次只出一张时填 false。",
  "The most images that one call makes; a request for more becomes parallel calls. Not set: the model's card says.":
    "一次调用最多生成几张；更多时由并行调用完成。未设置时依模型卡片。",
  "The response_format to ask the server for; none sends no such field.":
    "向服务器请求的 response_format；none 则不发送该字段。",
  "The server takes stream: true, whether it answers with events or not; false where it refuses the field.":
    "服务器是否接受 stream: true（不论是否以事件应答）；若拒绝该字段则选否。",
  "Where pictures are in the answer, as dotted places with * for every element: base64, data URLs or links.":
    "图片在应答中的位置，用点分隔，* 表示每个元素：base64、data URL 或链接。",
  "Values that the server knows by another word, by field and by our word, for example { quality: { high: hd }, size: { 1024x1024: square_hd } }. Values that are not named here go on as they came.":
    "服务器用其他词表示的取值，按字段和我们的词填写，例如 { quality: { high: hd }, size: { 1024x1024: square_hd } }。未列出的原样传递。",
  "The resource's endpoint, for example https://acme.openai.azure.com.":
    "资源的终结点，例如 https://acme.openai.azure.com。",
  "v1: /openai/v1/… with the deployment as model. deployments: /openai/deployments/<deployment>/….":
    "v1：/openai/v1/…，以部署名作为模型。deployments：/openai/deployments/<部署名>/…。",
  "api-version of each call; none sends none. Not set: v1 for v1 (its documentation also says preview), 2025-04-01-preview for deployments.":
    "每次调用的 api-version；none 则不发送。未设置时：v1 形式为 v1（其文档也写作 preview），deployments 形式为 2025-04-01-preview。",
  "Key of the resource: the header api-key.": "资源的密钥，以请求头 api-key 发送。",
  "Where tokens are issued; a sovereign cloud has its own.": "在何处签发令牌；主权云有各自的地址。",
  "What the token is for; newer documentation says https://ai.azure.com/.default.":
    "令牌的用途；较新的文档写作 https://ai.azure.com/.default。",
  "A ready Entra ID token, sent as Authorization: Bearer; instead of api_key.":
    "现成的 Entra ID 令牌，以 Authorization: Bearer 发送，代替 api_key。",
  "The deployments take moderation; else it is left out with a warning.":
    "部署是否接受 moderation；否则省略并给出警告。",
  "Origin and path of the API; on Azure https://<resource>.openai.azure.com/openai/v1.":
    "API 的源和路径；Azure 上为 https://<资源>.openai.azure.com/openai/v1。",
  "Sent as Authorization: Bearer; leave out where a header of `headers` signs in.":
    "以 Authorization: Bearer 发送；由 `headers` 中的请求头认证时留空。",
  "The model that reads the prompt and calls the image tool; on Azure its deployment. It is billed besides the image, under its own price, which is not in the gateway's books.":
    "读取提示词并调用图像工具的模型；Azure 上为其部署。它在图片之外另行计费，价格不在网关的账目中。",
  "What the text model is told before the prompt, for example to pass it on unchanged.":
    "在提示词之前告诉文本模型的话，例如原样传递提示词。",
  "The header that names the image model, in the place of the tool's `model`; on Azure x-ms-oai-image-generation-deployment.":
    "指定图像模型的请求头，代替工具的 `model`；Azure 上为 x-ms-oai-image-generation-deployment。",
  "Further headers of every call, for example { api-key: … }; treated as secrets.":
    "每次调用附加的请求头，例如 { api-key: … }；按机密处理。",
  "Query of every call, for example { api-version: preview }.":
    "每次调用的查询参数，例如 { api-version: preview }。",
  "Path under base_url.": "base_url 之下的路径。",
  "Fields sent with every request. store: false asks that nothing be kept upstream.":
    "每个请求都发送的字段。store: false 要求上游不保留任何内容。",
  "Query of each call, for example { api-version: preview }.":
    "每次调用的查询参数，例如 { api-version: preview }。",
  "What the model is asked to answer with: [image] for models that make images only, [] sends no such field.":
    "要求模型以什么应答：只生成图片的模型填 [image]；[] 则不发送该字段。",
  "Field for the aspect ratio, of models whose card has ratios; false sends none.":
    "宽高比的字段（模型卡片有宽高比时）；false 则不发送。",
  "Field for the resolution, of models whose card has tiers; false sends none.":
    "分辨率的字段（模型卡片有档位时）；false 则不发送。",
  "Field for the size in pixels, as 1024x1024; false sends none.":
    "像素尺寸的字段，形如 1024x1024；false 则不发送。",
  "Fields of this API that the server takes, and where, for example { seed: seed, quality: image_config.quality }. A model's card names them too.":
    "服务器接受的字段及其位置，例如 { seed: seed, quality: image_config.quality }。模型卡片中也须列出。",
  "Fields sent with every request, for example { usage: { include: true } }.":
    "每个请求都发送的字段，例如 { usage: { include: true } }。",
  "Fields that callers may not set through provider_options, since they change what is made and billed.":
    "调用方不得通过 provider_options 设置的字段，因为它们会改变生成的内容和计费。",
  "Where pictures are in the answer, as dotted places with * for every element: data URLs, base64 or links.":
    "图片在应答中的位置，用点分隔，* 表示每个元素：data URL、base64 或链接。",
  "Where texts are that may hold pictures as data URLs, or as links in Markdown; looked at where `pictures` holds none.":
    "可能以 data URL 或 Markdown 链接包含图片的文本的位置；`pictures` 处没有图片时查看。",
  "Values of finish_reason and native_finish_reason that mean moderation, in lower case.":
    "表示审核拦截的 finish_reason 和 native_finish_reason 的值，用小写。",
  "Where the answer says what the call cost in US dollars, for example usage.cost; it then is the price.":
    "应答在何处说明此次调用的美元费用，例如 usage.cost；以此为价格。",
  "API key, sk-or-…": "API 密钥，形如 sk-or-…",
  "Path of the Image API under base_url.": "base_url 之下图像 API 的路径。",
  "Your site, for OpenRouter's rankings: HTTP-Referer.":
    "你的网站，用于 OpenRouter 的排行：HTTP-Referer。",
  "Your site's name: X-OpenRouter-Title.": "你的网站名称：X-OpenRouter-Title。",
  "What your site is, for OpenRouter's rankings: X-OpenRouter-Categories.":
    "你的网站类别，用于 OpenRouter 的排行：X-OpenRouter-Categories。",
  "Address of the API, with its version.": "API 的地址，含版本。",
  "API token, from the account's page of tokens.": "API 令牌，在账户的令牌页面获取。",
  "How long the first call is held for the result before polling starts; 0 polls at once. A call that breaks while it is held loses its image, so keep it short.":
    "首次调用等待结果多久后才开始轮询；0 为立即轮询。等待中断会失去图片，因此不宜过长。",
  "Predictions older than this are ended by the upstream, so that none goes on costing after the channel's own timeout. Raise it with timeout.total.":
    "超过此时间的预测由上游终止，以免在渠道超时后继续产生费用。请与 timeout.total 一同提高。",
  "Input images that have more bytes than this together are uploaded first; below it they travel inside the request.":
    "输入图片合计超过此字节数时先上传；不超过时随请求发送。",
  "Fields that callers may not set through provider_options.":
    "调用方不得通过 provider_options 设置的字段。",
  "Whole words in a failed prediction's text that mean moderation.":
    "失败的预测说明中表示审核的完整单词。",
  "Version of the API, the first part of each path.": "API 的版本，即各路径的第一部分。",
  "Threshold of the four categories of harm, sent with every call.":
    "四类有害内容的阈值，每次调用都会发送。",
  "global, the multi-regions us and eu, or a region such as us-central1.":
    "global、多区域 us 和 eu，或 us-central1 之类的地区。",
  "Project that pays. Not set: the service account's own; express mode needs none.":
    "付费的项目。未设置时使用服务账号自己的；快速模式不需要。",
  "Text of a service account's key file, as JSON or in base64.":
    "服务账号密钥文件的内容，JSON 或 base64。",
  "A ready OAuth access token, instead of service_account.":
    "现成的 OAuth 访问令牌，代替 service_account。",
  "Key of express mode, instead of service_account; without a project in the path.":
    "快速模式的密钥，代替 service_account；路径中不含项目。",
  "Which people may be drawn. Not set: the vendor decides.":
    "可以画哪些人物。未设置时由供应商决定。",
  "How much is let through, from 0 (little) on; sent with every call, at most what the model takes.":
    "放行的程度，从 0（很少）起；每次调用都会发送，最多为模型允许的值。",
  "Whether prompts are rewritten; sent with every call.": "是否改写提示词；每次调用都会发送。",
  "asia and europe are BytePlus ModelArk; china is Volcengine Ark, china-plan its subscription. Each has keys of its own.":
    "asia 和 europe 为 BytePlus ModelArk；china 为火山方舟，china-plan 为其订阅。各自的密钥互不相通。",
  "Makes the n pictures of a request in one call, as pictures that belong together, where the model can; else n calls are made.":
    "在模型支持时，一次调用生成请求的 n 张图片并使其成为一组；否则分 n 次调用。",
  "Key, model and address belong to one region; a workspace's own address goes into base_url.":
    "密钥、模型和地址都属于同一地区；工作空间自己的地址填在 base_url 中。",
  "Workspace that pays, sent as X-DashScope-WorkSpace.":
    "付费的工作空间，以 X-DashScope-WorkSpace 发送。",
  "Whether prompts are rewritten where the caller does not say; sent with every call, since it doubles the price of z-image-turbo.":
    "调用方未说明时是否改写提示词；每次调用都会发送，因为它会使 z-image-turbo 的价格翻倍。",
  "international is Z.ai, china is BigModel; each has keys of its own.":
    "international 为 Z.ai，china 为 BigModel；各自的密钥互不相通。",
  "siliconflow.cn or siliconflow.com; each has keys of its own.":
    "siliconflow.cn 或 siliconflow.com；各自的密钥互不相通。",
  "Singapore or Beijing; each has keys of its own.": "新加坡或北京；各自的密钥互不相通。",
  "API key. Older accounts have access_key and secret_key instead.":
    "API 密钥。较早的账户使用 access_key 和 secret_key。",
  "AccessKey, which names the account.": "AccessKey，用于标识账户。",
  "SecretKey, by which a token of half an hour is signed for each call.":
    "SecretKey，每次调用用它签发半小时有效的令牌。",
  "AWS region, which is part of each signature.": "AWS 地区，是每个签名的一部分。",
  "Bedrock API key, sent as Authorization: Bearer; instead of access keys.":
    "Bedrock API 密钥，以 Authorization: Bearer 发送，代替访问密钥。",
  "Id of an access key; requests are signed with it (Signature Version 4).":
    "访问密钥的 ID；请求用它签名（Signature Version 4）。",
  "Secret of that access key.": "该访问密钥的私有部分。",
  "Session token of temporary access keys.": "临时访问密钥的会话令牌。",
  "Access key ID of a Volcengine account.": "火山引擎账户的 Access Key ID。",
  "Secret access key, which signs each call.": "Secret Access Key，用于签名每次调用。",
  "API key of TokenHub, for hy-image-v3.": "TokenHub 的 API 密钥，用于 hy-image-v3。",
  "SecretId of a Tencent Cloud account, for the signed API's hunyuan-image.":
    "腾讯云账户的 SecretId，用于签名 API 的 hunyuan-image。",
  "SecretKey, which signs each call.": "SecretKey，用于签名每次调用。",
  "Token of temporary keys.": "临时密钥的令牌。",
  "Region of the signed API.": "签名 API 的地区。",
  "minimax.io or minimaxi.com; each has keys of its own.":
    "minimax.io 或 minimaxi.com；各自的密钥互不相通。",
  "Address of the queue.": "队列的地址。",
  "Whether endpoints that have a checker hold unsafe pictures back; sent with every call.":
    "有检查器的端点是否拦下不安全的图片；每次调用都会发送。",
  "From 1 (strict) to 6, for endpoints that take it; sent with every call.":
    "从 1（严格）到 6，用于支持它的端点；每次调用都会发送。",
  "Lets the vendor retry a failed job and fall back to another endpoint, which may cost more and draw otherwise.":
    "让供应商重试失败的任务并改用其他端点，可能费用更高、画面不同。",
  "How the input of further endpoints is built, by their id; give such a model a card too.":
    "其他端点的输入如何构成，按其 id；此类模型也需要能力卡。",
  "Turns the check of prompts off, where the model's maker allows it.":
    "关闭对提示词的检查（模型的制作者允许时）。",
  "Workflows by the name of the model that they serve, at the upstream.":
    "工作流，按其所提供的模型的上游名称。",
  "How much an edit may change that begins as its image: 0 nothing, 1 everything.":
    "以原图开始的编辑可改变多少：0 不变，1 全部。",
  "The same inside of a mask.": "同上，用于蒙版之内。",
  "False: input images and results go to the server's temporary folder, which it empties when it starts. Workflows of your own keep what they say.":
    "选否则输入图片和结果放入服务器的临时文件夹，服务器启动时会清空。自己的工作流按其自身设定。",
  "How previews are made where a client wants them; servers of before 2026 need --preview-method at their start.":
    "客户端需要预览时如何生成；2026 年之前的服务器须以 --preview-method 启动。",
  "The resource's endpoint, for example https://acme.services.ai.azure.com.":
    "资源的终结点，例如 https://acme.services.ai.azure.com。",
  "Where FLUX is asked for. Not set: the same resource at api.cognitive.microsoft.com, or base_url where that is no address of Azure.":
    "在何处调用 FLUX。未设置时为同一资源的 api.cognitive.microsoft.com；base_url 不是 Azure 地址时为 base_url。",
  "api-version of calls of FLUX.": "调用 FLUX 的 api-version。",
  "How much FLUX lets through, from 0 (little) on; FLUX.2 takes at most 5.":
    "FLUX 放行的程度，从 0（很少）起；FLUX.2 最多为 5。",
  "Address of the server, which must run with --api.": "服务器的地址；服务器须以 --api 启动。",
  "Address of Forge, which must run with --api.": "Forge 的地址；它须以 --api 启动。",
  "User name of --api-auth.": "--api-auth 的用户名。",
  "User name of --auth.": "--auth 的用户名。",
  "Noise schedule, as the server lists it; not set: the server's own.":
    "噪声调度，按服务器列出的名称；未设置时由服务器决定。",
};
