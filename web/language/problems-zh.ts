import type { Words } from "./en.ts";

/** Words for what goes wrong and what to do about it, in Simplified Chinese. */
export const problemWords: Words["problems"] = {
  unreachable: "网关没有响应",
  unreachableRemedy: "它可能正在重启。此页面会保留你写的内容，并自动恢复。",
  line: {
    away: "网关没有响应。它可能正在重启；此页面会保留你写的内容，并自动恢复。如果一直没有恢复，请查看它的日志。",
    stopping: "网关正在停止。此页面会保留你写的内容，待它重新启动后自动恢复。",
    database:
      "网关无法访问数据库，在此期间不会生成图片；此页面会保留你写的内容，并自动恢复。在网关所在的机器上运行 pinhole doctor 可查看原因。",
    images:
      "网关没有空间存放图片，或无法访问图片存储。请腾出空间，或检查存储是否可用；在网关所在的机器上运行 pinhole doctor 可查看是哪一种。",
  },
  back: "网关已恢复。",
  remedies: {
    budget_exceeded: "提高其密钥、用户或团队的预算，或等到下一周期。",
    upstream_credentials: "为该渠道填写有效的凭据。",
    upstream_refused_credentials: "为上游账户填写有效的凭据或充值。",
    no_channel_available: "为此模型添加渠道，或为现有渠道增加容量。",
    model_not_found: "添加提供此名称的渠道或别名。",
    model_not_allowed: "允许该密钥使用此模型。",
    upstream_timeout: "延长渠道的超时时间，或重试：无人知道它是否已完成。",
    upstream_failed: "请求页面上有渠道的原话；若有其他渠道提供此模型，它会接手。",
    storage_full: "为图片存储腾出空间：删除已保留的图片，或增加磁盘容量。",
    storage_unavailable: "检查图片存储是否可用。",
    moderation_blocked: "请换一种要求：提供商拒绝了提示词或图片。",
    outcome_unknown: "请查看上游的记录：它可能已完成并计费。",
    rate_limit_exceeded: "提高密钥的限额，或降低请求频率。",
    no_price: "为该模型设置价格；在此之前，预算按已知的最高金额计算。",
  },
  remedyOfOthers: "请联系此网关的管理人员处理。",
  goTo: (place) => `前往${place}`,
  sessionEnded: "请重新登录",
  sessionEndedMeans: "你的会话已结束。此页面的内容没有丢失：登录后即可继续。",
  somebodyElse: "我是其他人",
  failed: "无法加载",
  notFound: "没有这个页面",
  notFoundRemedy: "地址可能已过期，或你的角色无权查看。",
  home: "回到首页",
  requestId: (id) => `请求 ${id}`,
};
