/** Both ends of each kind that can live in a sandbox. */
import type { Ends } from "../ends.ts";
import type { SandboxedKind } from "../messages.ts";
import { authEnds } from "./auth.ts";
import { directoryEnds } from "./directory.ts";
import { extensionEnds } from "./extension.ts";
import { filterEnds } from "./filter.ts";
import { httpEnds } from "./http.ts";
import { transportEnds } from "./transport.ts";

/** By kind. */
export const endsByKind: { readonly [Kind in SandboxedKind]: Ends<Kind> } = {
  filter: filterEnds,
  extension: extensionEnds,
  auth: authEnds,
  directory: directoryEnds,
  transport: transportEnds,
  http: httpEnds,
};

/** Whether there is a sandbox for plugins of this kind. */
export function isSandboxedKind(kind: string): kind is SandboxedKind {
  return Object.hasOwn(endsByKind, kind);
}
