import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { buttonLooks } from "../ui/button.tsx";
import { EmptyState } from "../ui/page.tsx";
import { useWatchWords } from "./words.ts";

/** The page of a gateway that nobody has asked for anything yet. */
export function NothingMade(): ReactNode {
  const words = useWatchWords().requests;
  return (
    <EmptyState
      sentence={words.none}
      action={
        <Link to="/make" className={buttonLooks("main")}>
          {words.makeFirst}
        </Link>
      }
      command={`curl ${location.origin}/v1/images/generations -H "Authorization: Bearer $PINHOLE_KEY" -H "Content-Type: application/json" -d '{"prompt": "A fox in the snow"}'`}
    />
  );
}
