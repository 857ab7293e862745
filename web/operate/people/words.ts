import { useWords } from "../../language/language.tsx";
import { type PeopleWords, peopleEn } from "../../language/people-en.ts";
import { peopleZh } from "../../language/people-zh.ts";

/** The words of the page of people, users and teams, in the chosen language. */
export function usePeopleWords(): PeopleWords {
  return useWords().lang === "zh-CN" ? peopleZh : peopleEn;
}
