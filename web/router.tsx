import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
  Outlet,
} from "@tanstack/react-router";
import { sureOf } from "./api/line.ts";
import { sessionQuery } from "./api/session.ts";
import { SignInPage } from "./entry/sign-in-page.tsx";
import { WelcomePage } from "./entry/welcome-page.tsx";
import { Frame, MorePage } from "./frame/frame.tsx";
import { NotFoundPage, ProblemPage } from "./frame/problem-pages.tsx";
import { startOf } from "./frame/places.ts";
import { readPanelSearch, readPeopleSearch } from "./operate/addresses.ts";
import { readGallerySearch, readMakeSearch, readModelsSearch, textOf } from "./addresses.ts";
import { readAuditSearch, readLogSearch, readOverviewSearch } from "./watch/addresses.ts";

/** A page, whose file is loaded once it is opened. */
const pageOf = <T extends Record<string, unknown>, Name extends keyof T & string>(
  load: () => Promise<T>,
  name: Name,
) => lazyRouteComponent(sureOf(load), name);

const root = createRootRouteWithContext<{ readonly queries: QueryClient }>()({
  component: Outlet,
  notFoundComponent: NotFoundPage,
  errorComponent: ProblemPage,
});

const signInRoute = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  component: SignInPage,
  validateSearch: ({ next, problem }): { next?: string; problem?: string } => ({
    // Only a path of this page, so that no link of a stranger leads out of it.
    ...(typeof next === "string" && /^\/(?![/\\])/.test(next) ? { next } : {}),
    ...(typeof problem === "string" ? { problem } : {}),
  }),
});

const welcomeRoute = createRoute({
  getParentRoute: () => root,
  path: "/welcome",
  component: WelcomePage,
});

/** The pages behind the sign-in. */
const inside = createRoute({
  getParentRoute: () => root,
  id: "inside",
  async beforeLoad({ context, location }) {
    const session = await context.queries.ensureQueryData(sessionQuery);
    if (session === null) {
      const isStart = location.pathname === "/";
      throw redirect({ to: "/sign-in", search: isStart ? {} : { next: location.href } });
    }
    return { session };
  },
  component() {
    const { session } = inside.useRouteContext();
    return <Frame session={session} />;
  },
});

const startRoute = createRoute({
  getParentRoute: () => inside,
  path: "/",
  beforeLoad({ context }) {
    throw redirect({ to: startOf(context.session.caller.role) });
  },
});

const moreRoute = createRoute({
  getParentRoute: () => inside,
  path: "/more",
  component() {
    const { session } = moreRoute.useRouteContext();
    return <MorePage session={session} />;
  },
});

const makeRoute = createRoute({
  getParentRoute: () => inside,
  path: "/make",
  validateSearch: readMakeSearch,
  component: pageOf(() => import("./playground/make-page.tsx"), "MakePage"),
});

/** The pages of the gallery, which share what is being deleted. */
const galleryRoute = createRoute({
  getParentRoute: () => inside,
  path: "/gallery",
  component: pageOf(() => import("./gallery/gallery-frame.tsx"), "GalleryFrame"),
});

const galleryListRoute = createRoute({
  getParentRoute: () => galleryRoute,
  path: "/",
  validateSearch: readGallerySearch,
  component: pageOf(() => import("./gallery/gallery-page.tsx"), "GalleryPage"),
});

const galleryPictureRoute = createRoute({
  getParentRoute: () => galleryRoute,
  path: "$picture",
  validateSearch: readGallerySearch,
  component: pageOf(() => import("./gallery/picture-page.tsx"), "PicturePage"),
});

const galleryCompareRoute = createRoute({
  getParentRoute: () => galleryRoute,
  path: "compare",
  validateSearch: ({ a, b }): { a: string; b: string } => ({
    a: textOf(a) ?? "",
    b: textOf(b) ?? "",
  }),
  component: pageOf(() => import("./gallery/compare-page.tsx"), "ComparePage"),
});

const galleryRoutes = galleryRoute.addChildren([
  galleryListRoute,
  galleryCompareRoute,
  galleryPictureRoute,
]);

const overviewRoute = createRoute({
  getParentRoute: () => inside,
  path: "/overview",
  validateSearch: readOverviewSearch,
  component: pageOf(() => import("./watch/overview-page.tsx"), "OverviewPage"),
});

const requestsRoute = createRoute({
  getParentRoute: () => inside,
  path: "/requests",
  validateSearch: readLogSearch,
  component: pageOf(() => import("./watch/requests-page.tsx"), "RequestsPage"),
});

const requestRoute = createRoute({
  getParentRoute: () => inside,
  path: "/requests/$id",
  component: pageOf(() => import("./watch/request-page.tsx"), "RequestPage"),
});

const noticesRoute = createRoute({
  getParentRoute: () => inside,
  path: "/notices",
  validateSearch: ({ show }): { show?: "all" } => (show === "all" ? { show } : {}),
  component: pageOf(() => import("./watch/notices-page.tsx"), "NoticesPage"),
});

const auditRoute = createRoute({
  getParentRoute: () => inside,
  path: "/audit",
  validateSearch: readAuditSearch,
  component: pageOf(() => import("./watch/audit-page.tsx"), "AuditPage"),
});

const channelsRoute = createRoute({
  getParentRoute: () => inside,
  path: "/channels",
  component: pageOf(() => import("./channels/channels-page.tsx"), "ChannelsPage"),
});

const newChannelRoute = createRoute({
  getParentRoute: () => channelsRoute,
  path: "new",
  component: pageOf(() => import("./channels/new-channel.tsx"), "NewChannelPanel"),
});

const channelRoute = createRoute({
  getParentRoute: () => channelsRoute,
  path: "$id",
  component: pageOf(() => import("./channels/channel-panel.tsx"), "ChannelPanel"),
});

const channelRoutes = channelsRoute.addChildren([newChannelRoute, channelRoute]);

const modelsRoute = createRoute({
  getParentRoute: () => inside,
  path: "/models",
  validateSearch: readModelsSearch,
  component: pageOf(() => import("./models/models-page.tsx"), "ModelsPage"),
});

const modelRoute = createRoute({
  getParentRoute: () => modelsRoute,
  path: "$name",
  component: pageOf(() => import("./models/model-panel.tsx"), "ModelPanel"),
});

const modelRoutes = modelsRoute.addChildren([modelRoute]);

const keysRoute = createRoute({
  getParentRoute: () => inside,
  path: "/keys",
  validateSearch: readPanelSearch,
  component: pageOf(() => import("./operate/keys/keys-page.tsx"), "KeysPage"),
});

const peopleRoute = createRoute({
  getParentRoute: () => inside,
  path: "/people",
  validateSearch: readPeopleSearch,
  component: pageOf(() => import("./operate/people/people-page.tsx"), "PeoplePage"),
});

/** A team has no page of its own: it stands open beside the list of teams. */
const teamRoute = createRoute({
  getParentRoute: () => inside,
  path: "/teams/$id",
  beforeLoad({ params }) {
    throw redirect({ to: "/people", search: { show: "teams", open: params.id }, replace: true });
  },
});

const budgetsRoute = createRoute({
  getParentRoute: () => inside,
  path: "/budgets",
  validateSearch: readPanelSearch,
  component: pageOf(() => import("./operate/budgets/budgets-page.tsx"), "BudgetsPage"),
});

const settingsRoute = createRoute({
  getParentRoute: () => inside,
  path: "/settings",
  validateSearch: readPanelSearch,
  component: pageOf(() => import("./operate/settings/settings-page.tsx"), "SettingsPage"),
});

const youRoute = createRoute({
  getParentRoute: () => inside,
  path: "/settings/you",
  component: pageOf(() => import("./account/you-page.tsx"), "YouPage"),
});

const routes = root.addChildren([
  signInRoute,
  welcomeRoute,
  inside.addChildren([
    startRoute,
    moreRoute,
    makeRoute,
    galleryRoutes,
    overviewRoute,
    requestsRoute,
    requestRoute,
    noticesRoute,
    auditRoute,
    channelRoutes,
    modelRoutes,
    keysRoute,
    peopleRoute,
    teamRoute,
    budgetsRoute,
    settingsRoute,
    youRoute,
  ]),
]);

/** The console's routes; each page beyond the first is loaded when it is opened. */
export function makeRouter(queries: QueryClient) {
  return createRouter({
    routeTree: routes,
    context: { queries },
    defaultPreload: "intent",
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
