/** Passwords that can be read aloud: `kosu-belo-tiga-musi-rano`. */

/** 16 consonants and 4 vowels: six bits a syllable, without bias. */
const consonants = "bcdfghjklmnprstv";
const vowels = "aeiu";
/** 60 bits. */
const syllables = 10;

/** A new one. */
export function readablePassword(): string {
  const random = crypto.getRandomValues(new Uint8Array(syllables));
  const text = [...random].map((octet) => consonants.charAt(octet >> 4) + vowels.charAt(octet & 3));
  return text.map((syllable, index) => index > 0 && index % 2 === 0 ? `-${syllable}` : syllable).join("");
}
