import { Link, useNavigate, useRouteContext } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { groupsOf } from "../frame/places.ts";
import { optionsOfRequest } from "../playground/chosen-options.ts";
import { type DraftFields, adoptDraft } from "../playground/draft.ts";
import { Button, buttonLooks } from "../ui/button.tsx";
import { askedFields } from "./asked-fields.ts";
import { promptOf } from "./request-words.tsx";
import type { WholeRequest } from "./requests.ts";
import { useWatchWords } from "./words.ts";

/** Leads to the playground with the words of this request: with its seed where it has one, or with another. */
export function MakeAgain({ request }: { readonly request: WholeRequest }): ReactNode {
  const words = useWatchWords().request;
  const navigate = useNavigate();
  const mayMake = useMayMake();
  if (!mayMake || promptOf(request) === undefined) return <span />;
  const draft = draftOf(request);
  const use = (chosen: DraftFields): void => {
    // The playground reads its draft when it is opened.
    adoptDraft(chosen);
    void navigate({ to: "/make" });
  };
  return (
    <div className="flex flex-wrap gap-2">
      <Button kind="main" onPress={() => use(draft)}>
        {draft.seed === "" ? words.again : words.againSame}
      </Button>
      {draft.seed === "" ? null : (
        <Button onPress={() => use({ ...draft, seed: "" })}>{words.vary}</Button>
      )}
    </div>
  );
}

function useMayMake(): boolean {
  const { session } = useRouteContext({ from: "/inside" });
  return groupsOf(session.caller.role).some(({ name }) => name === "make");
}

/** Leads to the playground with one of the request's pictures as an input; nothing where it is not of the reader's own gallery. */
export function UseAsInput({
  request,
  index,
}: {
  readonly request: WholeRequest;
  readonly index: number;
}): ReactNode {
  const words = useWatchWords().request;
  const { session } = useRouteContext({ from: "/inside" });
  const mayMake = useMayMake();
  const isOwn = request.person_id === session.caller.id;
  if (!mayMake || !isOwn) return null;
  return (
    <Link
      to="/make"
      search={{ from: `${request.id}.${index}` }}
      className={`${buttonLooks("quiet")} -ml-3.5 self-start`}
    >
      {words.useAsInput}
    </Link>
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
    aspect_ratio: text("aspect_ratio"),
    output_compression: text("output_compression"),
    negative_prompt: text("negative_prompt"),
    input_fidelity: text("input_fidelity"),
    moderation: text("moderation"),
    complexity: text("complexity"),
    provider_options: optionsOfRequest(fields["provider_options"]),
  };
}
