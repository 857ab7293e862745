import { useWords } from "../../language/language.tsx";

/** Words of all forms, in English. */
const en = {
  changes: (n: number) => (n === 1 ? "1 change" : `${n} changes`),
  leave: "Leave without saving?",
  leaveMeans: (n: number) =>
    n === 1 ? "What you changed here is lost." : `The ${n} changes that you made here are lost.`,
  leaveAction: "Leave",
  stale: "Somebody else has saved this meanwhile",
  staleMeans: "Nothing of yours has been saved yet. Choose what to go on from.",
  field: "Field",
  theirs: "Saved meanwhile",
  mine: "Yours",
  keepMine: "Go on with mine",
  takeTheirs: "Take what was saved",
  nothing: "–",
  ofFile: (place: string) => `It stands in ${place}`,
  ofFileMeans: "What the file sets is changed there alone; it is shown as it counts.",
  shadowed: "The file has one of the same id, which counts instead of this one.",
};

type EditingWords = typeof en;

/** The same in Simplified Chinese. */
const zh: EditingWords = {
  changes: (n) => `${n} 处更改`,
  leave: "不保存就离开？",
  leaveMeans: (n) => `你在此处的 ${n} 处更改将会丢失。`,
  leaveAction: "离开",
  stale: "其间有人保存过",
  staleMeans: "你的更改尚未保存。请选择以哪一份为基础继续。",
  field: "字段",
  theirs: "其间保存的",
  mine: "你的",
  keepMine: "保留我的更改",
  takeTheirs: "采用已保存的",
  nothing: "–",
  ofFile: (place) => `写在 ${place}`,
  ofFileMeans: "配置文件中的内容只能在文件里修改；此处显示当前生效的值。",
  shadowed: "配置文件中有相同 id 的条目，以文件为准。",
};

/** The words of forms, in the chosen language. */
export function useEditingWords(): EditingWords {
  return useWords().lang === "zh-CN" ? zh : en;
}
