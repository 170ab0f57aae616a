/** Why POP4's commands are refused: response codes (RFC 2449 §8), and texts in the languages of LANG (RFC 6856 §3). */
import type { Language } from "../pop3/languages/texts.ts";
import { failed, type Reply } from "../pop3/replies.ts";

/** Reasons, with the response codes that stand for them. */
const codes = {
  missing: "FOLDER/MISSING",
  exists: "FOLDER/EXISTS",
  impossible: "FOLDER/NAME",
  denied: "FOLDER/DENIED",
  inUse: "FOLDER/IN-USE",
  selected: "FOLDER/SELECTED",
  hasFolders: "FOLDER/NOT-EMPTY",
  isInbox: "FOLDER/INBOX",
  noPart: "PART/MISSING",
  unknownEncoding: "PART/ENCODING",
  tooMuch: "LIMIT",
  overQuota: "QUOTA",
  noMessage: "DATA",
  bareLineEnd: "DATA",
} as const;

/** One of them. */
export type Reason = keyof typeof codes;

/** A text for each; no text begins with `[` (RFC 2449 §3). */
export type ReasonTexts = Readonly<Record<Reason, string>>;

const english: ReasonTexts = {
  missing: "there is no such folder",
  exists: "there is a folder of that name",
  impossible: "no folder can have that name",
  denied: "you may not do that there",
  inUse: "another session has selected the folder",
  selected: "the folder is selected, select another one first",
  hasFolders: "there are folders in it",
  isInbox: "INBOX stays as it is",
  noPart: "the message has no such part",
  unknownEncoding: "the encoding of the part is not known, it can be fetched raw",
  tooMuch: "that is more than is taken",
  overQuota: "there is no room for it",
  noMessage: "a message without octets is not stored",
  bareLineEnd: "the message has a CR or LF on its own",
};

const german: ReasonTexts = {
  missing: "es gibt keinen solchen Ordner",
  exists: "es gibt einen Ordner dieses Namens",
  impossible: "kein Ordner kann so heißen",
  denied: "das ist dort nicht erlaubt",
  inUse: "eine andere Sitzung hat den Ordner gewählt",
  selected: "der Ordner ist gewählt, zuerst einen anderen wählen",
  hasFolders: "er enthält Ordner",
  isInbox: "INBOX bleibt, wie sie ist",
  noPart: "die Nachricht hat keinen solchen Teil",
  unknownEncoding: "die Kodierung des Teils ist unbekannt, er ist nur roh zu haben",
  tooMuch: "das ist mehr, als angenommen wird",
  overQuota: "dafür ist kein Platz",
  noMessage: "eine Nachricht ohne Oktette wird nicht gespeichert",
  bareLineEnd: "die Nachricht enthält ein einzelnes CR oder LF",
};

const french: ReasonTexts = {
  missing: "ce dossier n'existe pas",
  exists: "un dossier porte déjà ce nom",
  impossible: "aucun dossier ne peut porter ce nom",
  denied: "cela n'y est pas permis",
  inUse: "une autre session a choisi ce dossier",
  selected: "ce dossier est choisi, en choisir d'abord un autre",
  hasFolders: "il contient des dossiers",
  isInbox: "INBOX reste tel quel",
  noPart: "le message n'a pas cette partie",
  unknownEncoding: "le codage de cette partie est inconnu, elle peut être lue telle quelle",
  tooMuch: "c'est plus que ce qui est accepté",
  overQuota: "il n'y a plus de place",
  noMessage: "un message sans octets n'est pas conservé",
  bareLineEnd: "le message contient un CR ou un LF isolé",
};

const spanish: ReasonTexts = {
  missing: "no existe esa carpeta",
  exists: "ya hay una carpeta con ese nombre",
  impossible: "ninguna carpeta puede llamarse así",
  denied: "eso no está permitido ahí",
  inUse: "otra sesión ha elegido la carpeta",
  selected: "la carpeta está elegida, elija antes otra",
  hasFolders: "contiene carpetas",
  isInbox: "INBOX se queda como está",
  noPart: "el mensaje no tiene esa parte",
  unknownEncoding: "no se conoce la codificación de la parte, se puede leer sin decodificar",
  tooMuch: "es más de lo que se acepta",
  overQuota: "no queda espacio",
  noMessage: "un mensaje sin octetos no se guarda",
  bareLineEnd: "el mensaje contiene un CR o LF suelto",
};

/** By the tag of the language. */
export const reasonTexts: Readonly<Record<string, ReasonTexts>> = { en: english, de: german, fr: french, es: spanish };

/** A command cannot be done, for a reason that the client is told. */
export class Refused extends Error {
  override readonly name = "Refused";
  /** Why. */
  readonly reason: Reason;

  /** For this reason. */
  constructor(reason: Reason) {
    super(english[reason]);
    this.reason = reason;
  }
}

/** What a client is told. */
export function refusalReply(reason: Reason, { tag }: Language): Reply {
  return { ...failed((reasonTexts[tag] ?? english)[reason]), code: codes[reason] };
}
