import type { Target } from "../../core/channel.ts";
import type { OutputFormat } from "../../core/picture.ts";
import type { FittedRequest, Size, Warning } from "../../core/request.ts";
import type { DefaultDelivery } from "./form.ts";
import type { InputPlan } from "./inputs.ts";

/** The operator's choices of what the gateway may do where a model cannot do what was asked. */
export interface FitPolicy {
  /** Change the size of a made picture to the one asked for. */
  readonly resample: boolean;
  /** `drop`: leave `style` out with a warning. `prompt`: say it in the prompt. */
  readonly style: "drop" | "prompt";
  /** Serve a variation as an edit where the model has edits and no variations. */
  readonly variationsAsEdits: boolean;
}

/** The changes to each made picture before it is delivered. */
export interface OutputPlan {
  /** Undefined: as the upstream made it. */
  readonly format: OutputFormat | undefined;
  readonly compression: number | undefined;
  /** Undefined: as the upstream made it. */
  readonly size: Size | undefined;
}

/** A request fitted to one target: nothing in it was dropped in silence. */
export interface Plan {
  readonly target: Target;
  /** The upstream call's fields; `n`, `seed` and the mask are completed for each call. */
  readonly request: Omit<FittedRequest, "n" | "mask" | "images">;
  readonly inputs: InputPlan;
  /** Images that one upstream call makes. */
  readonly perCall: number;
  readonly options: unknown;
  readonly output: OutputPlan;
  readonly warnings: readonly Warning[];
}

/** A function that is told what a step of fitting could not honour: a warning, or in strict mode a 400. */
export type Complain = (param: string, code: Warning["code"], message: string) => void;

/** The choices by which a request is fitted, beside the request and the target. */
export interface FitOptions {
  readonly policy: FitPolicy;
  readonly images: { readonly defaultDelivery: DefaultDelivery };
  /** True: what would be a warning is a 400. */
  readonly strict: boolean;
  /** Ids of the providers that may serve the request: options for these are meant for them and no mistake. */
  readonly chain: ReadonlySet<string>;
}
