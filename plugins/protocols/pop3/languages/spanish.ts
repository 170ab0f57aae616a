/** Spanish. */
import type { Language } from "./texts.ts";

const messages = (count: number) => count === 1 ? "1 mensaje" : `${count} mensajes`;
const octets = (count: number) => count === 1 ? "1 octeto" : `${count} octetos`;

/** Spanish. */
export const spanish: Language = {
  tag: "es",
  name: "Español",
  texts: {
    ready: "servidor POP3 listo",
    signingOff: (hostname) => `el servidor POP3 ${hostname} se despide`,
    signingOffLeft: (hostname, left) =>
      `el servidor POP3 ${hostname} se despide (${
        left === 0 ? "buzón vacío" : left === 1 ? "queda 1 mensaje" : `quedan ${messages(left)}`
      })`,
    maildropHas: (count, size) => `el buzón tiene ${messages(count)} (${octets(size)})`,
    listed: (count, size) => `${messages(count)} (${octets(size)})`,
    octets,
    deleted: (message) => `mensaje ${message} borrado`,
    alreadyDeleted: (message) => `el mensaje ${message} ya estaba borrado`,
    noSuchMessage: (count) => `no existe ese mensaje, el buzón solo tiene ${messages(count)}`,
    gone: (message) => `otra sesión ha eliminado el mensaje ${message}`,
    needsUtf8: (message) => `el mensaje ${message} solo puede enviarse después de la orden UTF8`,
    notRemoved: "algunos mensajes borrados no se han eliminado",
    sendPassword: "envíe PASS",
    userFirst: "envíe primero USER",
    wrongCredentials: "usuario o contraseña incorrectos",
    wrongAuthorization: "este usuario no puede actuar en nombre del otro",
    expiredCredentials: "las credenciales han caducado",
    loginUnavailable: "ahora no se pueden comprobar las credenciales, inténtelo más tarde",
    malformedResponse: "la respuesta está mal formada",
    cancelled: "autenticación cancelada",
    unknownMechanism: "mecanismo de autenticación desconocido",
    noInitialResponse: "este mecanismo no admite una respuesta inicial",
    needsTls: "no sin TLS: envíe primero STLS o use el puerto para TLS",
    noTimestamp: "APOP no está disponible: el saludo no llevaba marca de tiempo",
    timestampUsed: "la marca de tiempo ya se ha usado, vuelva a conectarse",
    inUse: "el buzón está bloqueado por otra sesión",
    loginDelay: (seconds) => `deben pasar ${seconds} segundos entre dos accesos`,
    cannotOpen: "no se puede abrir el buzón",
    capabilities: "sigue la lista de capacidades",
    mechanisms: "sigue la lista de mecanismos",
    beginTls: "comience la negociación TLS",
    tlsActive: "orden no permitida con TLS activo",
    tlsNotOffered: "aquí no se ofrece TLS",
    notAfterUtf8: "orden no permitida después de UTF8",
    utf8Enabled: "modo UTF-8 activado",
    languages: "sigue la lista de idiomas:",
    // RFC 6856 §3.3.
    languageChanged: "Idioma cambiado",
    unknownLanguage: (range) => `Idioma ${range} no es conocido`,
    sendMessage: "envíe el mensaje",
    messageTaken: "mensaje aceptado",
    noRecipients: "el mensaje no tiene destinatarios",
    unknownCommand: "orden desconocida",
    loginFirst: "identifíquese primero",
    loggedIn: "ya se ha identificado",
    expected: (usage) => `se espera ${usage}`,
    lineTooLong: "la línea es demasiado larga",
    notText: "la línea no es UTF-8 o contiene caracteres de control",
    localError: "error interno, inténtelo más tarde",
    stopping: "el servidor se está deteniendo, inténtelo más tarde",
    endless: "lo que se envía no tiene fin, hasta luego",
    tooManyErrors: "demasiados errores, hasta luego",
  },
};
