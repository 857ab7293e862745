import { useNavigate, useRouteContext } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { groupsOf } from "../frame/places.ts";
import type { DraftFields } from "../playground/draft.ts";
import { Button } from "../ui/button.tsx";
import { askedFields } from "./asked-fields.ts";
import { promptOf } from "./request-words.tsx";
import type { WholeRequest } from "./requests.ts";
import { useWatchWords } from "./words.ts";

/** Leads to the playground with the words of this request, and its seed where it has one. */
export function MakeAgain({ request }: { readonly request: WholeRequest }): ReactNode {
  const words = useWatchWords().request;
  const navigate = useNavigate();
  const { session } = useRouteContext({ from: "/inside" });
  const mayMake = groupsOf(session.caller.role).some(({ name }) => name === "make");
  if (!mayMake || promptOf(request) === undefined) return <span />;
  const draft = draftOf(request);
  return (
    <Button
      kind="main"
      onPress={() => {
        // The playground reads its draft when it is opened.
        sessionStorage.setItem("pinhole.draft", JSON.stringify(draft));
        void navigate({ to: "/make" });
      }}
    >
      {words.again}
      {draft.seed === "" ? null : <span className="font-normal opacity-85">{words.againHint}</span>}
    </Button>
  );
}

function draftOf(request: WholeRequest): DraftFields {
  const fields = askedFields(request);
  const text = (name: string): string => {
    const value = fields[name];
    return typeof value === "string" || typeof value === "number" ? String(value) : "";
  };
  return {
    model: request.model,
    prompt: promptOf(request) ?? "",
    size: text("size"),
    quality: text("quality"),
    background: text("background"),
    style: text("style"),
    output_format: text("output_format"),
    n: request.n,
    seed: text("seed"),
  };
}
