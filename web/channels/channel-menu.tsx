import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { Button } from "../ui/button.tsx";
import { Question } from "../ui/dialog.tsx";
import { Icon } from "../ui/icon.tsx";
import { Menu, MenuItem } from "../ui/menu.tsx";
import { Problem } from "../ui/problem.tsx";
import {
  type ChannelEntry,
  changeChannel,
  channelsQuery,
  deleteChannel,
  testOf,
} from "./channels.ts";
import { useChannelWords } from "./words.ts";

/** The menu of what can be done with a channel. */
export function ChannelMenu({
  channel,
  onStep,
  isInPanel = false,
}: {
  readonly channel: ChannelEntry;
  /** Moves it in the order; undefined: it stays where the file puts it. */
  readonly onStep?: ((by: 1 | -1) => void) | undefined;
  /** True: the test of the channel stands beside it. */
  readonly isInPanel?: boolean;
}): ReactNode {
  const words = useChannelWords();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [isLeaving, setLeaving] = useState(false);
  const { id, enabled, shadowed, fault, declared_at: declared } = channel;
  const isOurs = declared === null && !shadowed;
  const again = (): Promise<void> =>
    queries.invalidateQueries({ queryKey: channelsQuery.queryKey });
  const turning = useMutation({
    mutationFn: () => changeChannel(channel, { enabled: !enabled }),
    onSettled: again,
  });
  if (shadowed || (isInPanel && !isOurs)) return null;
  return (
    <span className="relative z-1 flex justify-end">
      <Menu
        label={words.actionsOf(id)}
        trigger={
          <Button
            kind="quiet"
            isSquare
            aria-label={words.actionsOf(id)}
            isPending={turning.isPending}
          >
            {turning.isPending ? null : <Icon name="more" />}
          </Button>
        }
      >
        {fault === null && !isInPanel ? (
          <MenuItem onAction={() => void navigate(testOf(id))}>{words.test}</MenuItem>
        ) : null}
        {onStep === undefined ? null : (
          <>
            <MenuItem onAction={() => onStep(-1)}>{words.moveUp}</MenuItem>
            <MenuItem onAction={() => onStep(1)}>{words.moveDown}</MenuItem>
          </>
        )}
        {isOurs ? (
          <>
            <MenuItem onAction={() => turning.mutate()}>
              {enabled ? words.disable : words.enable}
            </MenuItem>
            <MenuItem onAction={() => setLeaving(true)}>{words.remove}</MenuItem>
          </>
        ) : null}
      </Menu>
      <RemoveQuestion id={id} isOpen={isLeaving} onClose={() => setLeaving(false)} />
    </span>
  );
}

/** The question before a channel is deleted. */
function RemoveQuestion({
  id,
  isOpen,
  onClose,
}: {
  readonly id: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}): ReactNode {
  const words = useChannelWords();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { id: open } = useParams({ strict: false });
  const removing = useMutation({
    mutationFn: () => deleteChannel(id),
    async onSuccess() {
      await queries.invalidateQueries({ queryKey: channelsQuery.queryKey });
      onClose();
      if (open === id) await navigate({ to: "/channels", resetScroll: false, ignoreBlocker: true });
    },
  });
  return (
    <Question
      title={words.removeOne(id)}
      isOpen={isOpen}
      onClose={onClose}
      action={
        <Button kind="danger" isPending={removing.isPending} onPress={() => removing.mutate()}>
          {words.remove}
        </Button>
      }
    >
      <div className="flex flex-col gap-2">
        <p>{words.removeMeans}</p>
        <p>{words.removeKeeps}</p>
        {removing.error === null ? null : <Problem error={removing.error} />}
      </div>
    </Question>
  );
}
