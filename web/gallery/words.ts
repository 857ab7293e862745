import { type GalleryWords, galleryEn } from "../language/gallery-en.ts";
import { galleryZh } from "../language/gallery-zh.ts";
import { useWords } from "../language/language.tsx";

/** The words of pictures that rest with the gateway, in the chosen language. */
export function useGalleryWords(): GalleryWords {
  return useWords().lang === "zh-CN" ? galleryZh : galleryEn;
}
