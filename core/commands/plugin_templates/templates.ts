/** Templates by kind. */
import type { PluginKind } from "../../contract/plugin.ts";
import { auth } from "./auth.ts";
import { directory } from "./directory.ts";
import { extension } from "./extension.ts";
import { filter } from "./filter.ts";
import { http } from "./http.ts";
import { protocol } from "./protocol.ts";
import { storage } from "./storage.ts";
import type { PluginTemplate } from "./template.ts";
import { transport } from "./transport.ts";

/** One for each kind. */
export const templates: Readonly<Record<PluginKind, PluginTemplate>> = {
  ...{ protocol, auth, filter, extension, directory, transport, http, storage },
};
