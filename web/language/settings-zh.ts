import type { SettingsWords } from "./settings-en.ts";

/** Words of the page of settings, in Simplified Chinese. */
export const settingsZh: SettingsWords = {
  title: "设置",
  state: (version, file) =>
    file === null ? `Pinhole ${version}，没有配置文件` : `Pinhole ${version}，配置文件 ${file}`,
  show: "部分",
  shows: { settings: "运行设置", tokens: "管理令牌", doctor: "检查" },
  about: "由文件和环境变量决定的内容在那里修改，在启动或重新加载时读取。凭据不会显示。",
  standing: "默认",
  nothing: "未设置",
  all: "同时显示默认值",
  heads: ["设置", "值", "来源"],
  tables: { settings: "设置", tokens: "管理令牌" },
  general: "常规",
  examine: "立即检查",
  examineAbout:
    "检查数据库、磁盘、时钟、各上游（仅免费的询问）以及前面的代理。不会产生费用，最多半分钟。",
  examining: "正在检查",
  found: { ok: "正常", warning: "需要留意", fault: "有故障" },
  tokens: {
    about: "令牌供程序进行管理。安装自带的令牌不在其中。",
    none: "还没有管理令牌。",
    create: "新建令牌",
    make: "创建令牌",
    name: "名称",
    role: "角色",
    team: "所管理的团队",
    ends: "到期",
    endsHint: "时刻，例如 2027-06-01T00:00:00Z。留空则永不到期。",
    until: (when) => `有效至 ${when}`,
    never: "永不到期",
    once: "这是令牌。它只显示这一次，且不会保存：请立即复制。",
    haveIt: "我已保存",
    remove: "移除",
    removeOne: (name) => `移除 ${name}`,
    removeMeans: "此后它在所有节点上都不能再使用。它做过的更改保留在审计中。",
  },
};
