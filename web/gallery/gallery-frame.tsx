import { Outlet } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { RemovingProvider } from "./removing.tsx";
import { SelectionProvider } from "./selection.tsx";

/** The pages of the gallery, with what is selected and what is being deleted in all of them. */
export function GalleryFrame(): ReactNode {
  return (
    <RemovingProvider>
      <SelectionProvider>
        <Outlet />
      </SelectionProvider>
    </RemovingProvider>
  );
}
