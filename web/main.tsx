import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { RouterProvider as AriaRouterProvider } from "react-aria-components";
import { ApiError } from "./api/ask.ts";
import { sessionQuery } from "./api/session.ts";
import { applyTheme, readTheme } from "./frame/theme.ts";
import { LanguageProvider, firstWords } from "./language/language.tsx";
import { makeRouter } from "./router.tsx";
import "./theme.css";

/** Time between two tries while the gateway does not answer: it may be starting again. */
const retryMs = 1500;

function makeQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        retry: (count, error) => count < 20 && error instanceof ApiError && error.status === 0,
        retryDelay: retryMs,
      },
    },
  });
}

async function start(): Promise<void> {
  const queries = makeQueries();
  const router = makeRouter(queries);
  // A session that has ended is found by whatever is asked next: what was written stays in its form's draft.
  queries.getQueryCache().subscribe(({ query }) => {
    const error: unknown = query.state.error;
    if (!(error instanceof ApiError) || error.status !== 401) return;
    queries.setQueryData(sessionQuery.queryKey, null);
    void router.invalidate();
  });
  applyTheme(readTheme());
  const words = await firstWords();
  const place = document.querySelector("#console");
  if (place === null) throw new Error("index.html has no place for the console");
  createRoot(place).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <LanguageProvider first={words}>
          <AriaRouterProvider navigate={(href) => void router.navigate({ href })}>
            <RouterProvider router={router} />
          </AriaRouterProvider>
        </LanguageProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
}

void start();
