/**
 * Checks AP-REQ messages (RFC 4120 §3.2.3) by libkrb5: key, times, clock skew, replays. The interface knows nothing of C,
 * so that another way of checking may stand behind it.
 */
import { hostAddress } from "./host_address.ts";
import { isOfService, ofService, principalsOf } from "./keytab.ts";
import { Krb5Context, type Krb5Error } from "./krb5_context.ts";
import { KerberosLibrary } from "./library.ts";
import { DESCRIPTOR, place, POINTER, readPointer, readUnsigned } from "./memory.ts";
import { KerberosOptionError } from "./option_error.ts";
import { parsePrincipal, type Principal, printPrincipal } from "./principal.ts";

/** Checks tickets for one service. */
export interface TicketAcceptor extends AsyncDisposable {
  /** The service's own principals; at least one. */
  readonly principals: readonly [Principal, ...Principal[]];
  /**
   * Whether an AP-REQ proves its client.
   *
   * @throws Error for what is not the client's fault: a key or a replay cache that cannot be read.
   */
  accept(request: Uint8Array, arrival: Arrival): Promise<TicketVerdict>;
}

/** When and whence an AP-REQ came. */
export interface Arrival {
  /** The time by which its own is judged. */
  readonly at: Date;
  /** The client's IP address: tickets may be for some addresses only. */
  readonly from: string;
}

/** What came of an AP-REQ. */
export type TicketVerdict =
  | {
    readonly isAccepted: true;
    /** Whose ticket it is. */
    readonly client: Principal;
    /** An AP-REP, where the client asked for mutual authentication (RFC 4120 §3.2.4). */
    readonly reply: Uint8Array | undefined;
  }
  | {
    readonly isAccepted: false;
    /** RFC 4120 §7.5.9. */
    readonly code: number;
    /** For the operator, not for strangers: it may name keys. */
    readonly why: string;
  };

/** Where keys are, and of what. */
export interface TicketAcceptorSettings {
  /** Absolute path. */
  readonly keytab: string;
  /** As GSSAPI registers it: `pop`. */
  readonly service: string;
  /** Of the library; absent: where systems have it. */
  readonly library?: string | undefined;
}

/** Opens library and keytab. @throws KerberosOptionError; Error where the right is missing. */
export async function openTicketAcceptor(settings: TicketAcceptorSettings): Promise<TicketAcceptor> {
  await using undo = new AsyncDisposableStack();
  const library = undo.use(KerberosLibrary.open(settings.library));
  const { keytab, service } = settings;
  const [first, ...others] = ofService(await principalsOf(library, keytab, [service]), service);
  if (first === undefined) {
    throw new KerberosOptionError("keytab", `${keytab} has no key of ${service}/HOST; add one with kadmin's ktadd`);
  }
  const rest = undo.move();
  return {
    principals: [first, ...others],
    accept: (request, arrival) => library.use(() => accept(library, settings, request, arrival)),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

/** RFC 4120 §5.5.1: the client wants an AP-REP. */
const MUTUAL_REQUIRED = 0x2000_0000;
/** `krb5_ticket.server`, `krb5_ticket.enc_part2`, `krb5_enc_tkt_part.client`: where in the structures they are. */
const TICKET_SERVER = 8, TICKET_DECRYPTED = 48, DECRYPTED_CLIENT = 16;
/** RFC 4120 §7.5.9. */
const KRB_AP_ERR_NOT_US = 35, KRB_ERR_GENERIC = 60;

async function accept(
  library: KerberosLibrary,
  { keytab: path, service }: TicketAcceptorSettings,
  request: Uint8Array,
  { at, from }: Arrival,
): Promise<TicketVerdict> {
  const { functions, memory } = library;
  // One for each request: another thread is at work in each.
  using context = await Krb5Context.open(library);
  const { pointer } = context;
  setTime(library, context, at);
  const keytab = context.keytab(path);
  const exchange = place(POINTER), options = place(4), made = place(POINTER);
  context.check(functions.krb5_auth_con_init(pointer, exchange));
  context.defer(() => functions.krb5_auth_con_free(pointer, readPointer(exchange)));
  context.check(functions.krb5_auth_con_setaddrs(pointer, readPointer(exchange), 0n, addressIn(library, from)));
  const code = await functions.krb5_rd_req(pointer, exchange, memory.krb5Data(request), 0n, keytab, options, made);
  if (code !== 0) return refusal(context.errorOf(code));
  const ticket = readPointer(made);
  context.defer(() => functions.krb5_free_ticket(pointer, ticket));
  // The principal of the key that opened the ticket, whatever the ticket itself says.
  const server = context.nameOf(memory.pointerAt(ticket, TICKET_SERVER));
  const client = context.nameOf(memory.pointerAt(memory.pointerAt(ticket, TICKET_DECRYPTED), DECRYPTED_CLIENT));
  const own = parsePrincipal(server), their = parsePrincipal(client);
  if (own === undefined || !isOfService(service)(own)) {
    return { isAccepted: false, code: KRB_AP_ERR_NOT_US, why: `the ticket is for ${server}` };
  }
  // Names that do not survive being written down would be somebody else's when they are read.
  if (their === undefined || printPrincipal(their) !== client) {
    return { isAccepted: false, code: KRB_ERR_GENERIC, why: `the client's name is ${client}` };
  }
  const isMutual = (readUnsigned(options) & MUTUAL_REQUIRED) !== 0;
  return { isAccepted: true, client: their, reply: isMutual ? replyOf(library, context, exchange) : undefined };
}

/** The library measures every time from the one that it is told. */
function setTime({ functions }: KerberosLibrary, context: Krb5Context, time: Date): void {
  const milliseconds = time.getTime(), seconds = Math.floor(milliseconds / 1000);
  context.check(functions.krb5_set_real_time(context.pointer, seconds | 0, (milliseconds - seconds * 1000) * 1000));
}

/** `krb5_address { int32 magic; int32 addrtype; unsigned int length; octets *contents; }`. */
function addressIn({ memory }: KerberosLibrary, text: string): Uint8Array<ArrayBuffer> {
  const { type, octets } = hostAddress(text);
  return memory.structure([BigInt(type) << 32n, BigInt(octets.length), { at: 24 }], octets);
}

function replyOf({ functions, memory }: KerberosLibrary, context: Krb5Context, exchange: Uint8Array): Uint8Array {
  const reply = place(DESCRIPTOR);
  context.check(functions.krb5_mk_rep(context.pointer, readPointer(exchange), reply));
  try {
    return memory.fromKrb5Data(reply);
  } finally {
    functions.krb5_free_data_contents(context.pointer, reply);
  }
}

/** @throws Krb5Error for what is the server's own fault. */
function refusal(error: Krb5Error): TicketVerdict {
  if (error.isOurs) throw error;
  return { isAccepted: false, code: error.protocolCode, why: error.message };
}
