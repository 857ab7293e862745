import type { GenerateInput } from "../../core/provider.ts";
import type { WireJson } from "../../core/wire.ts";
import type { resizeModes, SdapiOptions, SdapiSettings } from "./settings.ts";

/** The points in which servers of this dialect differ. */
export interface SdapiServer<
  S extends SdapiSettings = SdapiSettings,
  O extends SdapiOptions = SdapiOptions,
> {
  /** The server's number of each way to resize. */
  readonly resizeModes: Readonly<Record<(typeof resizeModes)[number], number>>;
  /** False: the server has no ids of tasks, so its progress may be another client's. */
  readonly taskIds: boolean;
  /** True: the model sees all images of an edit. False: one, since more of them would be a batch. */
  readonly severalImages: boolean;
  /** Fields that only this server has. */
  fields?(input: GenerateInput<S, O>): Record<string, WireJson>;
  /** Settings of its own that only this server has. */
  overrides?(input: GenerateInput<S, O>): Record<string, WireJson>;
}

/** The web UI that the dialect comes from. */
export const webUi: SdapiServer = {
  resizeModes: { stretch: 0, crop: 1, fill: 2 },
  taskIds: true,
  severalImages: false,
};
