import type { Provider } from "./provider.ts";

/** All providers that ship: by name without loading any, and one of them whole. */
export interface ProviderShelf {
  /** In the order of their names. */
  readonly names: readonly { readonly id: string; readonly name: string }[];
  /** Undefined where there is no such provider. */
  find(id: string): Promise<Provider | undefined>;
}
