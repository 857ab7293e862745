import { useState } from "react";
import { ApiError, askForFile } from "../api/ask.ts";
import type { MakeWords } from "../language/make-en.ts";
import { type DraftPictures, draftPicture } from "./draft-pictures.ts";
import { keyMay, useChosenKey } from "./own-keys.ts";
import { useMakeWords } from "./words.ts";

/** The types of pictures that a request may bring. */
export const inputTypes: readonly string[] = ["image/png", "image/jpeg", "image/webp"];
/** Bytes of one picture, as the gateway takes them. */
const bytesMax = 50 * 1024 * 1024;

/** The reason why a file is not taken. */
type IntakeFault = keyof MakeWords["notTaken"];

/** The way of pictures into the draft: what cannot be taken is told and not sent. */
export interface Intake {
  /** Pictures that all models together take at most. */
  readonly max: number;
  /** The words on what was not taken the last time. */
  readonly faults: readonly string[];
  readonly isBusy: boolean;
  take(files: readonly File[]): Promise<void>;
  /** Takes the picture at an address; false where there is none. */
  takeFrom(url: string): Promise<boolean>;
}

/** Opens the way into a draft that holds so many pictures at most. */
export function useIntake({ pictures, add }: DraftPictures, max: number): Intake {
  const more = useMakeWords();
  const [faults, setFaults] = useState<readonly string[]>([]);
  const [busy, setBusy] = useState(0);
  const key = useChosenKey();
  const words = (fault: IntakeFault, name: string): string =>
    fault === "room" && key !== undefined && !keyMay(key, "edit")
      ? more.notTakenByKey(name, key.name)
      : more.notTaken[fault](name, max);
  const take = async (files: readonly File[]): Promise<void> => {
    const room = Math.max(0, max - pictures.length);
    const found = await Promise.all(
      files.map(async (file, at) => ({ file, fault: at < room ? await faultOf(file) : "room" })),
    );
    const whole = found.filter(({ fault }) => fault === undefined);
    setFaults(
      found.flatMap(({ file, fault }) => (fault === undefined ? [] : [words(fault, file.name)])),
    );
    if (whole.length > 0) add(whole.map(({ file }) => draftPicture(file.name, file)));
  };
  return {
    max,
    faults,
    isBusy: busy > 0,
    take,
    async takeFrom(url) {
      setBusy((now) => now + 1);
      try {
        const blob = await askForFile("POST", "/console/v1/fetched-pictures", { url });
        await take([new File([blob], nameOf(url), { type: blob.type })]);
        return true;
      } catch (thrown) {
        if (!(thrown instanceof ApiError)) throw thrown;
        setFaults([thrown.message]);
        return false;
      } finally {
        setBusy((now) => now - 1);
      }
    },
  };
}

/** Looks into a file, whatever its name says. */
async function faultOf(file: File): Promise<IntakeFault | undefined> {
  if (file.size === 0) return "empty";
  if (!inputTypes.includes(file.type)) return "type";
  if (file.size > bytesMax) return "large";
  try {
    (await createImageBitmap(file)).close();
    return undefined;
  } catch {
    return "unreadable";
  }
}

/** The last part of an address's path, as a file's name. */
function nameOf(url: string): string {
  const path = URL.parse(url)?.pathname ?? "";
  return path.split("/").findLast((part) => part !== "") ?? "picture";
}
