import { useWords } from "../language/language.tsx";
import { type ModelWords, modelsEn } from "../language/models-en.ts";
import { modelsZh } from "../language/models-zh.ts";

/** The words of the page of models, in the chosen language. */
export function useModelWords(): ModelWords {
  return useWords().lang === "zh-CN" ? modelsZh : modelsEn;
}
