import type { EntryFault } from "../core/resource.ts";
import type { Fault } from "./faults.ts";

/** A fault with its field as the admin API names fields, and as a sentence. */
export function faultOf({ setting, message }: Fault): EntryFault {
  const param = setting.replaceAll(/\[(\d+)\]/g, ".$1");
  return { param: param === "" ? undefined : param, message: sentenceOf(message) };
}

/** A message with its capital and full stop. */
export function sentenceOf(message: string): string {
  const sentence = message.replace(/^./, (letter) => letter.toUpperCase());
  return /[.?!]$/.test(sentence) ? sentence : `${sentence}.`;
}
