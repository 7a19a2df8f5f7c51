// Check digits of national ids. All take digits or letters without separators.

const at = (text: string, index: number): number => Number(text[index]);

/** Sum of the digits times the weights. */
export const weighted = (digits: string, weights: readonly number[]): number => weights.reduce((sum, weight, index) => sum + weight * at(digits, index), 0);

/** ISO 7064 MOD 11,10, as in the tax id of Germany. */
export function passesMod11And10(digits: string): boolean {
  let product = 10;
  for (let index = 0; index < digits.length - 1; index++) {
    const sum = (at(digits, index) + product) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return (11 - product) % 10 === at(digits, digits.length - 1);
}

/** EAN-13, as in the insurance number of Switzerland. */
export const passesEan13 = (digits: string): boolean => (10 - (weighted(digits, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]) % 10)) % 10 === at(digits, 12);

export const passesPesel = (digits: string): boolean => (10 - (weighted(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10 === at(digits, 10);

export const passesBsn = (digits: string): boolean => weighted(digits, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0 && !/^0+$/.test(digits);

export function passesCpf(digits: string): boolean {
  const check = (length: number): number => ((weighted(digits, Array.from({ length }, (_none, index) => length + 1 - index)) * 10) % 11) % 10;
  return new Set(digits).size > 1 && check(9) === at(digits, 9) && check(10) === at(digits, 10);
}

/** Eight digits and a letter, or X, Y, Z and seven, as in Spain. */
export function passesDni(id: string): boolean {
  const number = Number(id.slice(0, -1).replace(/^[XYZ]/, (letter) => String('XYZ'.indexOf(letter))));
  return 'TRWAGMYFPDXBNJZSQVHLCKE'[number % 23] === id.at(-1);
}

/** Thirteen digits and two that are 97 minus the rest, as in France; Corsica counts as 19 and 18. */
export function passesNir(id: string): boolean {
  const number = BigInt(id.slice(0, 13).replace('2A', '19').replace('2B', '18'));
  return 97 - Number(number % 97n) === Number(id.slice(13));
}

const ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

/** The last letter of the tax code of Italy. */
export function passesCodiceFiscale(id: string): boolean {
  let sum = 0;
  for (let index = 0; index < 15; index++) {
    const value = /\d/.test(id[index]!) ? at(id, index) : id.charCodeAt(index) - 65;
    sum += index % 2 === 0 ? ODD[value]! : value;
  }
  return String.fromCharCode(65 + (sum % 26)) === id[15];
}

const DIHEDRAL = (a: number, b: number): number => {
  if (a < 5) return b < 5 ? (a + b) % 5 : ((a + b) % 5) + 5;
  return b < 5 ? ((a - b + 5) % 5) + 5 : (a - b + 5) % 5;
};
const PERMUTATION = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];

/** Verhoeff's check, as in the Aadhaar number of India. */
export function passesVerhoeff(digits: string): boolean {
  let check = 0;
  for (let index = 0; index < digits.length; index++) {
    let digit = at(digits, digits.length - 1 - index);
    for (let times = index % 8; times > 0; times--) digit = PERMUTATION[digit]!;
    check = DIHEDRAL(check, digit);
  }
  return check === 0;
}
