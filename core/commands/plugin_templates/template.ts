/** What `plugin new` writes of a kind: a plugin and its test, both complete. */

/** Texts of two files, by the plugin's name. */
export interface PluginTemplate {
  /** NAME.ts. */
  plugin(name: string): string;
  /** NAME_test.ts; `file` is the plugin's file name. */
  test(name: string, file: string): string;
  /** The lines of `mail.yaml` that use it, where `path` is. */
  use(path: string): string;
}
