import { Link } from "@tanstack/react-router";
import type { ErrorComponentProps } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { EntryPage } from "../entry/entry-page.tsx";
import { useWords } from "../language/language.tsx";
import { buttonLooks } from "../ui/button.tsx";
import { Page } from "../ui/page.tsx";
import { Problem } from "../ui/problem.tsx";

/** The page for an address that leads nowhere. */
export function NotFoundPage(): ReactNode {
  const words = useWords();
  return (
    <EntryPage title={words.problems.notFound} lead={words.problems.notFoundRemedy}>
      <Link to="/" className={buttonLooks("main")}>
        {words.problems.home}
      </Link>
    </EntryPage>
  );
}

/** The page for what could not be loaded, such as a gateway that is starting again. */
export function ProblemPage({ error, reset }: ErrorComponentProps): ReactNode {
  const words = useWords();
  return (
    <Page title={words.product}>
      <Problem error={error} onRetry={reset} />
    </Page>
  );
}
