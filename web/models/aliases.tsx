import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { Form } from "react-aria-components";
import { ApiError } from "../api/ask.ts";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { Icon } from "../ui/icon.tsx";
import { Problem } from "../ui/problem.tsx";
import { aliasesQuery, createAlias, deleteAlias, servedModelsQuery } from "./served-models.ts";
import { useModelWords } from "./words.ts";

/** The further names of models: a list, and the form of one more. */
export function Aliases(): ReactNode {
  const words = useModelWords().aliases;
  const aliases = useQuery(aliasesQuery);
  const again = useAgain();
  const removing = useMutation({ mutationFn: deleteAlias, onSettled: again });
  return (
    <section className="flex max-w-3xl flex-col gap-4 pt-4">
      <div>
        <h2 className="font-[650]">{words.title}</h2>
        <p className="text-soft">
          {words.about}{" "}
          <Link to="/settings" search={{ show: "policies" }} className="underline hover:text-ink">
            {words.policies}
          </Link>
        </p>
      </div>
      {removing.error === null ? null : <Problem error={removing.error} />}
      {aliases.data?.length === 0 ? <p className="text-soft">{words.none}</p> : null}
      <ul className="flex flex-col">
        {(aliases.data ?? [])
          .filter(({ shadowed }) => !shadowed)
          .map(({ id, models, declared_at: declared, fault }) => (
            <li key={id} className="flex min-h-11 items-center gap-3 border-b border-line py-1">
              <span className="min-w-0 flex-1 break-words">
                <span className="font-medium">{id}</span>
                <span className="text-soft"> → {models.join(", ")}</span>
                {declared === null ? null : (
                  <span className="text-label text-soft"> · {words.ofFile(declared)}</span>
                )}
                {fault === null ? null : <span className="block text-label text-bad">{fault}</span>}
              </span>
              {declared === null ? (
                <Button
                  kind="quiet"
                  isSquare
                  aria-label={words.remove(id)}
                  onPress={() => removing.mutate(id)}
                >
                  <Icon name="close" />
                </Button>
              ) : null}
            </li>
          ))}
      </ul>
      <NewAlias />
    </section>
  );
}

/** Reads names and models again after a change of names. */
function useAgain(): () => Promise<void> {
  const queries = useQueryClient();
  return async () => {
    await queries.invalidateQueries({ queryKey: aliasesQuery.queryKey });
    await queries.invalidateQueries({ queryKey: servedModelsQuery.queryKey });
  };
}

function NewAlias(): ReactNode {
  const words = useModelWords().aliases;
  const again = useAgain();
  const [id, setId] = useState("");
  const [models, setModels] = useState("");
  const making = useMutation({
    mutationFn: createAlias,
    async onSuccess() {
      setId("");
      setModels("");
      await again();
    },
  });
  const { error } = making;
  const param = error instanceof ApiError ? (error.param?.split(".")[0] ?? "") : "";
  const faultAt = (name: string): string | undefined =>
    error !== null && param === name ? error.message : undefined;
  return (
    <Form
      className="flex flex-wrap items-start gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        const names = models.split(",").map((name) => name.trim());
        making.mutate({ id: id.trim(), models: names.filter((name) => name !== "") });
      }}
    >
      <div className="w-full phone:w-56">
        <Field label={words.name} value={id} onChange={setId} error={faultAt("id")} isRequired />
      </div>
      <div className="w-full phone:w-80">
        <Field
          label={words.models}
          hint={words.modelsHint}
          value={models}
          onChange={setModels}
          error={faultAt("models")}
          isRequired
        />
      </div>
      <div className="phone:pt-6.5">
        <Button type="submit" isPending={making.isPending}>
          {words.add}
        </Button>
      </div>
      {error === null || param === "id" || param === "models" ? null : <Problem error={error} />}
    </Form>
  );
}
