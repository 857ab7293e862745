import type { ReactNode } from "react";
import { Button } from "./button.tsx";

/** The list that may go on. */
interface Pages {
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  fetchNextPage(): Promise<unknown>;
}

/** The button at the end of a list that goes on. */
export function MoreButton({
  list,
  children,
}: {
  readonly list: Pages;
  readonly children: ReactNode;
}): ReactNode {
  if (!list.hasNextPage) return null;
  return (
    <div className="flex justify-center">
      <Button isPending={list.isFetchingNextPage} onPress={() => void list.fetchNextPage()}>
        {children}
      </Button>
    </div>
  );
}
