// cspell:ignore changeme replaceme testonly forthistest yourkey letmein qwertyuiop asdfghjkl zxcvbnm

/** 32 random hexadecimal digits are about 115 by this measure. */
const SECRET_BITS = 80;
const PASSWORD_BITS = 28;
const PASSWORD_CHARACTERS = 12;
/** Prose has between one and two bits for each letter (Shannon, 1951). */
const BITS_OF_PROSE = 2;

/** Words of examples, compose.yaml's among them; nothing random has one by chance. */
const PLACEHOLDERS = [
  'changeme',
  'replaceme',
  'placeholder',
  'example',
  'demonstration',
  'default',
  'dummy',
  'sample',
  'password',
  'secret',
  'insert',
  'testonly',
  'forthistest',
  'yourkey',
  // SHA-256 and MD5 of nothing.
  'e3b0c44298fc1c14',
  'd41d8cd98f00b204',
];

/** Passwords that people choose, or that come with a database or an example. */
const COMMON_PASSWORDS = new Set([
  'admin',
  'booking',
  'postgres',
  'redis',
  'root',
  'guest',
  'letmein',
  'hunter2',
]);

const KEYBOARD = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm', '1234567890'];

/** Recognises a machine-made key that could be guessed: repeated or running characters, prose, or an example. */
export function isWeakSecret(secret: string): boolean {
  return hasPlaceholder(secret) || estimatedBits(secret) < SECRET_BITS;
}

/** @param known words that an attacker tries first: the user, the database, the host. */
export function isWeakPassword(password: string, known: readonly string[]): boolean {
  const lower = password.toLowerCase();
  return (
    password.length < PASSWORD_CHARACTERS ||
    COMMON_PASSWORDS.has(lower) ||
    known.some((name) => name !== '' && lower === name.toLowerCase()) ||
    hasPlaceholder(password) ||
    estimatedBits(password) < PASSWORD_BITS
  );
}

function hasPlaceholder(text: string): boolean {
  const plain = text.toLowerCase().replace(/[^a-z0-9]/g, '');
  return PLACEHOLDERS.some((word) => plain.includes(word));
}

/** Never more than there are: characters that follow from those before them count nothing. */
function estimatedBits(text: string): number {
  const once = text.slice(0, periodOf(text));
  const follows = Array.from(once, (character, index) => followsFrom(once[index - 1], character));
  // Two neighbours are there by chance, three are a run.
  const surprising = follows.filter((one, index) => !(one && follows[index - 1] === true));
  const distinct = new Set(once).size;
  const each = Math.log2(Math.max(1, distinct));
  return surprising.length * (isProse(once) ? Math.min(each, BITS_OF_PROSE) : each);
}

/** Length of the piece that the text repeats; the text's own where it repeats none (Knuth, Morris, Pratt). */
function periodOf(text: string): number {
  const borders: number[] = [0];
  for (let index = 1; index < text.length; index += 1) {
    let border = borders[index - 1] ?? 0;
    while (border > 0 && text[index] !== text[border]) border = borders[border - 1] ?? 0;
    borders.push(text[index] === text[border] ? border + 1 : 0);
  }
  return text.length - (borders.at(-1) ?? 0);
}

/** The same again, the next one in the alphabet, or its neighbour on a keyboard. */
function followsFrom(before: string | undefined, character: string): boolean {
  if (before === undefined) return false;
  if (Math.abs(before.charCodeAt(0) - character.charCodeAt(0)) <= 1) return true;
  const pair = (before + character).toLowerCase();
  return KEYBOARD.some((row) => row.includes(pair));
}

/** Letters of one case with what separates words. */
function isProse(text: string): boolean {
  return /^([a-z\s_.,-]+|[A-Z\s_.,-]+)$/.test(text);
}
