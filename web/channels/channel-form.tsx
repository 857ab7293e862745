import type { ReactNode } from "react";
import { Form } from "react-aria-components";
import { Button } from "../ui/button.tsx";
import { useFirstFault } from "../operate/editing/first-fault.ts";
import { LeaveQuestion } from "../operate/editing/leave-question.tsx";
import { Message } from "../ui/message.tsx";
import { Problem } from "../ui/problem.tsx";
import { useAboveBar } from "../ui/use-above-bar.ts";
import type { ChannelEntry, Provider } from "./channels.ts";
import { LimitFields, MoneyFields, OrderFields, TextAt } from "./order-and-limits.tsx";
import type { Changes } from "./draft.ts";
import { type ChannelForm, FormContext, useChannelForm, useForm } from "./form.tsx";
import { isUsual } from "./form-fields.ts";
import { ModelsField } from "./models-field.tsx";
import { SchemaField } from "./schema-field.tsx";
import { StaleChange } from "./stale-change.tsx";
import { useChannelWords } from "./words.ts";

/** The one form in which a channel is made and changed. */
export function ChannelFields({
  channel,
  provider,
  initial = {},
  lead,
  onSaved,
}: {
  /** The channel as it stands; undefined: it is to be made. */
  readonly channel: ChannelEntry | undefined;
  readonly provider: Provider;
  readonly initial?: Changes;
  /** Stands above the fields. */
  readonly lead: (form: ChannelForm) => ReactNode;
  readonly onSaved: (channel: ChannelEntry) => void;
}): ReactNode {
  const words = useChannelWords().panel;
  const form = useChannelForm(channel, provider, initial, onSaved);
  const place = useFirstFault(form.error);
  const { sections } = words;
  const isNew = channel === undefined;
  return (
    <FormContext value={form}>
      {lead(form)}
      <Form
        ref={place}
        className="flex flex-1 flex-col gap-8"
        onSubmit={(event) => {
          event.preventDefault();
          form.save();
        }}
      >
        <Refusal />
        {form.untold.length === 0 ? null : <Message tone="info" title={words.untold} />}
        <Section title={sections.connection}>
          {isNew ? <TextAt path="id" label={words.id} hint={words.idHint} /> : null}
          <SettingFields />
        </Section>
        <Section title={sections.models}>
          <ModelsField provider={provider} />
        </Section>
        <Section title={sections.order}>
          <OrderFields />
        </Section>
        <Folded title={sections.limits} isOpen={isSet(form, ["limits", "timeout"])}>
          <LimitFields />
        </Folded>
        <Folded title={sections.money} isOpen={isSet(form, ["markup", "budget"])}>
          <MoneyFields />
        </Folded>
        <SaveBar isNew={isNew} />
      </Form>
      <LeaveQuestion leaving={form.leaving} changes={form.changed} />
    </FormContext>
  );
}

/** True where one of these groups has something in it, or something wrong. */
function isSet({ words, fault }: ChannelForm, groups: readonly string[]): boolean {
  return groups.some((group) => {
    const value = words[group];
    const isEmpty = typeof value !== "object" || value === null || Object.keys(value).length === 0;
    return !isEmpty || fault(group) !== undefined;
  });
}

const sectionHead = "text-body font-[650]";

function Section({
  title,
  children,
}: {
  readonly title: string;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <section className="flex flex-col gap-4 border-t border-line pt-5">
      <h3 className={sectionHead}>{title}</h3>
      {children}
    </section>
  );
}

/** A section that most never open. */
function Folded({
  title,
  isOpen,
  children,
}: {
  readonly title: string;
  readonly isOpen: boolean;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <details open={isOpen} className="border-t border-line pt-5">
      <summary className={`${sectionHead} cursor-default`}>{title}</summary>
      <div className="flex flex-col gap-4 pt-4">{children}</div>
    </details>
  );
}

function SettingFields(): ReactNode {
  const words = useChannelWords().panel;
  const { settings, words: standing, fault } = useForm();
  const form = useForm();
  // By what stood at the beginning, so that nothing jumps while somebody types.
  const open = settings.filter(
    (field) =>
      isUsual(field, form.changes[field.path] === undefined ? form.text(field.path) : "") ||
      Object.hasOwn(standing["settings"] ?? {}, field.name),
  );
  const rest = settings.filter((field) => !open.includes(field));
  return (
    <>
      {open.map((field) => (
        <SchemaField key={field.path} field={field} />
      ))}
      {rest.length === 0 ? null : (
        <details open={rest.some(({ path }) => fault(path) !== undefined)}>
          <summary className="w-fit cursor-default text-label text-soft hover:text-ink">
            {words.more(rest.length)}
          </summary>
          <div className="flex flex-col gap-4 pt-4">
            {rest.map((field) => (
              <SchemaField key={field.path} field={field} />
            ))}
          </div>
        </details>
      )}
    </>
  );
}

/** A refusal of the gateway that no field shows, or a change of somebody else. */
function Refusal(): ReactNode {
  const { error, current, faultsElsewhere, changes, fault } = useForm();
  if (error === undefined) return null;
  if (current !== undefined) return <StaleChange />;
  const isAtField = Object.keys(changes).some((path) => fault(path) !== undefined);
  if (faultsElsewhere.length > 0)
    return (
      <div className="flex flex-col gap-2">
        {faultsElsewhere.map((message) => (
          <Message key={message} tone="bad" title={message} />
        ))}
      </div>
    );
  return isAtField ? null : <FaultList />;
}

/** The refusal in whole where a field shows it that nobody has touched: it may be out of sight. */
function FaultList(): ReactNode {
  const { error, settings, fault } = useForm();
  const isShown =
    settings.some(({ path }) => fault(path) !== undefined) || fault("models") !== undefined;
  return isShown ? null : <Problem error={error} />;
}

function SaveBar({ isNew }: { readonly isNew: boolean }): ReactNode {
  const words = useChannelWords().panel.bar;
  const { changed, discard, isSaving } = useForm();
  useAboveBar(changed > 0 && !isNew);
  if (changed === 0 && !isNew) return null;
  return (
    <div className="sticky -bottom-6 z-10 -mx-6 mt-auto -mb-6 flex items-center gap-2 border-t border-line bg-raised px-6 py-3">
      <span role="status" className="flex-1 text-soft">
        {changed === 0 ? null : words.changes(changed)}
      </span>
      {isNew ? null : (
        <Button kind="quiet" onPress={discard}>
          {words.discard}
        </Button>
      )}
      <Button type="submit" kind="main" isPending={isSaving}>
        {isNew ? words.create : words.save}
      </Button>
    </div>
  );
}
