/** What sessions of all threads of a server have in common. Each thread sets plugins up for itself; this is one for all. */

/** Given to plugins whose sessions must know of each other. */
export interface Common {
  /** Octets that nobody can guess, the same in all threads for as long as the server runs. */
  readonly secret: Uint8Array;
  /**
   * Holds a name; undefined while another session holds it, in whatever thread.
   *
   * @param name Begins with the plugin's. @param most Milliseconds after which it is free again whatever becomes of it.
   */
  hold(name: string, most: number): Promise<Hold | undefined>;
}

/** A name that is held. Disposing of it lets it go, unless it is another's by now. */
export interface Hold extends AsyncDisposable {
  /** Whether nobody else has taken it meanwhile. */
  isHeld(): Promise<boolean>;
}
