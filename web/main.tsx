import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { RouterProvider as AriaRouterProvider } from "react-aria-components";
import { mayPass } from "./api/line.ts";
import { LineNotice } from "./frame/line-notice.tsx";
import { SessionEnd } from "./frame/session-end.tsx";
import { applyTheme, readTheme } from "./frame/theme.ts";
import { LanguageProvider, firstWords } from "./language/language.tsx";
import { makeRouter } from "./router.tsx";
import "./theme.css";

/** Time between two tries while the gateway does not answer: it may be starting again. */
const retryMs = 1500;
const retriesMax = 20;

function makeQueries(): QueryClient {
  const retries = {
    retry: (count: number, error: Error) => count < retriesMax && mayPass(error),
    retryDelay: retryMs,
    // A gateway on this machine answers without any network.
    networkMode: "always",
  } as const;
  return new QueryClient({
    defaultOptions: {
      queries: { staleTime: 5_000, ...retries },
      mutations: { networkMode: "always" },
    },
  });
}

async function start(): Promise<void> {
  const queries = makeQueries();
  const router = makeRouter(queries);
  const refresh = (): void => void router.invalidate();
  applyTheme(readTheme());
  const words = await firstWords();
  const place = document.querySelector("#console");
  if (place === null) throw new Error("index.html has no place for the console");
  createRoot(place).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <LanguageProvider first={words}>
          <AriaRouterProvider navigate={(href) => void router.navigate({ href })}>
            <LineNotice onBack={refresh} />
            <RouterProvider router={router} />
            <SessionEnd />
          </AriaRouterProvider>
        </LanguageProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
}

void start();
