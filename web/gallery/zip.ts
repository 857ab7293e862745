import { ApiError } from "../api/ask.ts";
import { galleryPath } from "./pictures.ts";

/** Downloads pictures as one archive. */
export async function downloadZip(ids: readonly string[]): Promise<void> {
  const answer = await fetch(`${galleryPath}/zip`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ids }),
    credentials: "same-origin",
  });
  if (!answer.ok) {
    const { error } = (await answer.json()) as { error: { message: string; code: string } };
    throw new ApiError(error.message, { status: answer.status, code: error.code });
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = "pinhole.zip";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
