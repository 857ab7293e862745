import type { Area, Selection } from "./selection.ts";

/** The colours in which a selection can lie over its picture. */
export const overlays = ["ember", "cyan", "stripes"] as const;
export type Overlay = (typeof overlays)[number];

/** Red, green, blue: seen on pictures of any colour, so they are not the page's. */
const colours: Readonly<Record<Overlay, readonly [number, number, number]>> = {
  ember: [226, 84, 32],
  cyan: [0, 184, 222],
  stripes: [255, 255, 255],
};
const dark: readonly [number, number, number] = [20, 20, 20];
/** Of 255: what lies below is still seen. */
const opacity = 165;

/** Draws part of a selection over its picture. */
export function drawOverlay(
  context: CanvasRenderingContext2D,
  { width, height, cells }: Selection,
  overlay: Overlay,
  area: Area = { x: 0, y: 0, width, height },
): void {
  const [left, top] = [Math.max(0, area.x), Math.max(0, area.y)];
  const right = Math.min(width, area.x + area.width);
  const bottom = Math.min(height, area.y + area.height);
  if (left >= right || top >= bottom) return;
  const image = new ImageData(right - left, bottom - top);
  const pixels = new Uint32Array(image.data.buffer);
  // As broad as it takes to be seen on a large picture that is shown small.
  const stripe = Math.max(6, Math.round(Math.max(width, height) / 120));
  const light = packed(colours[overlay]);
  const other = overlay === "stripes" ? packed(dark) : light;
  let at = 0;
  for (let y = top; y < bottom; y += 1)
    for (let x = left; x < right; x += 1, at += 1) {
      const strength = cells[y * width + x] ?? 0;
      if (strength === 0) continue;
      const colour = Math.floor((x + y) / stripe) % 2 === 0 ? light : other;
      pixels[at] = (((strength * opacity) / 255) << 24) | colour;
    }
  context.putImageData(image, left, top);
}

/** A colour as the lower three bytes of a pixel; all machines that browsers run on put the lowest byte first. */
function packed([red, green, blue]: readonly [number, number, number]): number {
  return red | (green << 8) | (blue << 16);
}
