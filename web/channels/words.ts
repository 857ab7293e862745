import { useWords } from "../language/language.tsx";
import { type ChannelWords, channelsEn } from "../language/channels-en.ts";
import { channelsZh } from "../language/channels-zh.ts";

/** The words of the page of channels, in the chosen language. */
export function useChannelWords(): ChannelWords {
  return useWords().lang === "zh-CN" ? channelsZh : channelsEn;
}
